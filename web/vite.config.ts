/** The build: one page, hashed files and a manifest into the Python package (docs/web.md). */
import { defineConfig } from "vitest/config";

export default defineConfig({
  base: "/app/",
  build: {
    outDir: "../ehr/web/static",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    // An inlined asset would be a data: URL, which the content security policy refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: {
    environment: "happy-dom",
    include: ["tests/**/*.test.{ts,tsx}"],
    restoreMocks: true,
  },
});
