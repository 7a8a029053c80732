/** Where the focus is after a move to another page. */
import { cleanup, render, screen, waitFor } from "@testing-library/preact";
import { useEffect, useRef } from "preact/hooks";
import { afterEach, expect, test } from "vitest";
import { usePageFocus } from "../src/focus";
import { pageOf, routeOf } from "../src/routes";

afterEach(cleanup);

function Form() {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  return <input ref={field} aria-label="field" />;
}

/** `drawn`: whether the page has what it waited for. */
function Site({ page, drawn = true, form = false }: { page: string; drawn?: boolean; form?: boolean }) {
  usePageFocus(page);
  return (
    <>
      <input aria-label="search" />
      <a href="/app/hom-nay">link</a>
      <main id="main">{drawn ? <h1>{page}</h1> : <p>…</p>}{form && <Form />}</main>
    </>
  );
}

const passed = () => new Promise((done) => setTimeout(done, 100));
const at = (): string | null | undefined => document.activeElement?.textContent;

test("the heading of another page has the focus, once it is drawn", async () => {
  const { rerender } = render(<Site page="one" />);
  await passed();
  expect(document.activeElement).toBe(document.body); // the first page was loaded, not moved to
  screen.getByText("link").focus();
  rerender(<Site page="two" drawn={false} />);
  await passed();
  expect(at()).toBe("link");
  rerender(<Site page="two" />);
  await waitFor(() => expect(at()).toBe("two"));
  screen.getByText("link").focus();
  rerender(<Site page="two" />);
  await passed();
  expect(at()).toBe("link");
});

test("a field that has the focus keeps it: the form's first, and the search box", async () => {
  const { rerender } = render(<Site page="one" />);
  rerender(<Site page="two" form />);
  await passed();
  expect(document.activeElement).toBe(screen.getByLabelText("field"));
  screen.getByLabelText("search").focus();
  rerender(<Site page="three" />);
  await passed();
  expect(document.activeElement).toBe(screen.getByLabelText("search"));
});

test("another draft or period is the same page, another person is not", () => {
  const page = (path: string, search = ""): string => pageOf(routeOf(path, search));
  expect(page("/app/")).toBe(page("/app/hom-nay"));
  expect(page("/app/bao-cao/luot-kham", "?ky=2026-10")).toBe(page("/app/bao-cao/luot-kham"));
  expect(page("/app/nguoi-dan/moi", "?nhap=d1")).toBe(page("/app/nguoi-dan/moi"));
  const ones = ["a", "b", "a/kham-moi", "a/kham/1", "a/kham/2"].map((end) => page(`/app/nguoi-dan/${end}`));
  expect(new Set(ones).size).toBe(5);
});
