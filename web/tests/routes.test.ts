import { renderHook } from "@testing-library/preact";
import { expect, test } from "vitest";
import { routeOf, to, useRoute } from "../src/routes";

test.each([
  ["/app/", "", { page: "home" }],
  ["/app", "", { page: "home" }],
  [to.today, "", { page: "today" }],
  ["/app/hom-nay/", "", { page: "today" }],
  [to.register(), "", { page: "register", draft: null }],
  [to.register(), "?nhap=d1", { page: "register", draft: "d1" }],
  [to.profile("r1"), "", { page: "profile", resident: "r1" }],
  [to.recordVisit("r1"), "", { page: "recordVisit", resident: "r1" }],
  [to.visit("r1", "v1"), "", { page: "visit", resident: "r1", visit: "v1" }],
  [to.report(), "?ky=2026-11", { page: "report", period: "2026-11" }],
  ["/app/nguoi-dan/a b", "", { page: "unknown" }],
  ["/app/login", "", { page: "unknown" }],
])("%s%s", (path, search, route) => {
  expect(routeOf(path, search)).toEqual(route);
});

test("a link to a place on the page is the browser's", () => {
  history.replaceState(null, "", to.today);
  const { result } = renderHook(() => useRoute());
  const link = document.createElement("a");
  document.body.append(link);
  const click = (address: string): boolean => {
    link.setAttribute("href", address);
    const event = new MouseEvent("click", { bubbles: true, cancelable: true });
    link.dispatchEvent(event);
    return event.defaultPrevented;
  };
  expect(click("#main")).toBe(false);
  expect(result.current.turn).toBe(0);
  expect(click(to.register())).toBe(true);
});
