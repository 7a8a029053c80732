import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError, NoAnswer, api } from "../src/api/client";
import type { ResidentHit } from "../src/api/types";
import { SearchBox } from "../src/components/search-box";

const hits: ResidentHit[] = ["Nguyễn Thị Đào", "Nguyễn Thị Hoa"].map((name, at) => ({
  id: `r${at}`,
  name,
  sex: "female",
  birthDate: "1958-02-01",
}));

let box: HTMLInputElement;

beforeEach(() => {
  history.replaceState(null, "", "/app/");
  vi.spyOn(api, "residents").mockResolvedValue({ residents: hits });
  render(<SearchBox today="2026-11-23" records handle={{ current: null }} />);
  box = screen.getByRole("combobox");
  box.focus();
});
afterEach(cleanup);

const type = (text: string): void => {
  fireEvent.input(box, { target: { value: text } });
};
const options = (): Promise<HTMLElement[]> => waitFor(() => screen.getAllByRole("option"));

test("the first hit is selected and Enter opens it", async () => {
  type("nguyen thi");
  const found = await options();
  expect(found.map((each) => each.getAttribute("aria-selected"))).toEqual(["true", "false", "false"]);
  fireEvent.keyDown(box, { key: "Enter" });
  expect(location.pathname).toBe("/app/nguoi-dan/r0");
});

test("Enter before the answer takes the answer's first hit", async () => {
  type("nguyen thi");
  fireEvent.keyDown(box, { key: "Enter" });
  await waitFor(() => expect(location.pathname).toBe("/app/nguoi-dan/r0"));
});

test("arrows go round, and the last row registers with what was typed", async () => {
  type("nguyen thi");
  const found = await options();
  fireEvent.keyDown(box, { key: "ArrowUp" });
  await waitFor(() => expect(found.at(-1)?.getAttribute("aria-selected")).toBe("true"));
  fireEvent.keyDown(box, { key: "Enter" });
  expect(location.pathname).toBe("/app/nguoi-dan/moi");
  expect(location.search).toBe("");
  expect(history.state).toEqual({ typed: "nguyen thi" });
});

test("F2 begins a visit for the hit", async () => {
  type("nguyen thi");
  await options();
  fireEvent.keyDown(box, { key: "F2" });
  expect(location.pathname).toBe("/app/nguoi-dan/r0/kham-moi");
});

test("keys of an input method are not ours", async () => {
  type("nguyen thi");
  await options();
  fireEvent.keyDown(box, { key: "Enter", isComposing: true });
  expect(location.pathname).toBe("/app/");
});

test("one letter asks nothing", async () => {
  type("n");
  await new Promise((done) => setTimeout(done, 200));
  expect(api.residents).not.toHaveBeenCalled();
});

test("nobody found says so, and eight found say that there may be more", async () => {
  vi.mocked(api.residents).mockResolvedValue({ residents: [] });
  type("zzz");
  expect((await waitFor(() => screen.getByRole("status"))).textContent).toContain("Không tìm thấy ai");
  const eight = Array.from({ length: 8 }, (_, at) => ({ ...hits[0]!, id: `e${at}` }));
  vi.mocked(api.residents).mockResolvedValue({ residents: eight });
  type("nguyen");
  await waitFor(() => screen.getByText(/Hiện 8 người đầu/));
});

test("an ended session says so, and Enter leads to the login and back to this page", async () => {
  vi.mocked(api.residents).mockRejectedValue(new ApiError(401, "login", "", null, {}));
  const assign = vi.spyOn(Location.prototype, "assign").mockImplementation(() => undefined);
  history.replaceState(null, "", "/app/nguoi-dan/r0");
  type("nguyen thi");
  await waitFor(() => screen.getByText(/Phiên làm việc đã hết/));
  expect((await options()).map((each) => each.textContent)).toEqual([
    "Đăng nhập lại rồi quay về trang này",
  ]);
  fireEvent.keyDown(box, { key: "Enter" });
  expect(assign).toHaveBeenCalledWith("/app/login?next=%2Fapp%2Fnguoi-dan%2Fr0");
});

test("a fault is not called nobody", async () => {
  vi.mocked(api.residents).mockRejectedValue(new NoAnswer());
  type("nguyen thi");
  await waitFor(() => screen.getByText(/Chưa tìm được/));
  expect(screen.queryByRole("option")).toBeNull();
});

test("the last answer stays in sight until the next one, and Enter waits for it", async () => {
  type("nguyen thi");
  await options();
  let answer: (found: { residents: ResidentHit[] }) => void = () => undefined;
  vi.mocked(api.residents).mockReturnValue(new Promise((done) => (answer = done)));
  type("nguyen thi ho");
  fireEvent.keyDown(box, { key: "Enter" });
  await waitFor(() => expect(api.residents).toHaveBeenLastCalledWith("nguyen thi ho", expect.anything()));
  expect((await options()).map((each) => each.id)).toEqual(["search-0", "search-1"]);
  expect(location.pathname).toBe("/app/");
  answer({ residents: [hits[1]!] });
  await waitFor(() => expect(location.pathname).toBe("/app/nguoi-dan/r1"));
});

test("of another search nobody stays in sight", async () => {
  type("nguyen thi");
  await options();
  fireEvent.keyDown(box, { key: "Escape" });
  vi.mocked(api.residents).mockReturnValue(new Promise(() => undefined));
  box.focus();
  type("tran");
  await waitFor(() => screen.getByText("Đang tìm…"));
  expect(screen.queryByRole("option")).toBeNull();
});

test("a first answer that takes long is announced", async () => {
  vi.mocked(api.residents).mockReturnValue(new Promise(() => undefined));
  type("nguyen thi");
  await waitFor(() => screen.getByText("Đang tìm…"));
});

/** Ask for "nguyen thi", then for more, which is answered by what the result is called with. */
async function typedOn(): Promise<(found: ResidentHit[]) => void> {
  type("nguyen thi");
  await options();
  let answer: (found: { residents: ResidentHit[] }) => void = () => undefined;
  vi.mocked(api.residents).mockReturnValue(new Promise((done) => (answer = done)));
  type("nguyen thi h");
  await waitFor(() => expect(api.residents).toHaveBeenLastCalledWith("nguyen thi h", expect.anything()));
  return (residents) => answer({ residents });
}
const other: ResidentHit = { ...hits[0]!, id: "r9", name: "Nguyễn Thị Hà" };
const selected = (): string | null | undefined =>
  document.querySelector("[aria-selected=true] .person")?.textContent;
const named = (name: RegExp): HTMLElement => screen.getByRole("option", { name });

test("until the answer is there none is selected, and one picked by an arrow is the one opened", async () => {
  await typedOn();
  expect(selected()).toBeUndefined();
  for (const name of ["Nguyễn Thị Đào", "Nguyễn Thị Hoa"]) {
    fireEvent.keyDown(box, { key: "ArrowDown" });
    await waitFor(() => expect(selected()).toBe(name));
  }
  fireEvent.keyDown(box, { key: "F2" });
  expect(location.pathname).toBe("/app/nguoi-dan/r1/kham-moi");
});

test("who is picked stays so where the list moves", async () => {
  const answer = await typedOn();
  fireEvent.keyDown(box, { key: "ArrowUp" });
  await waitFor(() => expect(selected()).toBe("Nguyễn Thị Hoa"));
  answer([other, hits[0]!, hits[1]!]);
  await waitFor(() => screen.getByText("Nguyễn Thị Hà"));
  expect(selected()).toBe("Nguyễn Thị Hoa");
});

test("when who is picked leaves the list, Enter opens nobody", async () => {
  const answer = await typedOn();
  fireEvent.keyDown(box, { key: "ArrowUp" });
  answer([other, hits[0]!]);
  await waitFor(() => screen.getByText("Nguyễn Thị Hà"));
  fireEvent.keyDown(box, { key: "Enter" });
  expect(location.pathname).toBe("/app/");
  fireEvent.keyDown(box, { key: "ArrowDown" });
  await waitFor(() => expect(selected()).toBe("Nguyễn Thị Hà"));
});

test("a click opens whom the pointer was moved to, and nobody who came under it", async () => {
  const answer = await typedOn();
  fireEvent.mouseMove(named(/Thị Đào/));
  answer([other, hits[0]!]);
  await waitFor(() => screen.getByText("Nguyễn Thị Hà"));
  fireEvent.click(named(/Thị Hà/), { detail: 1 });
  expect(location.pathname).toBe("/app/");
  fireEvent.mouseMove(named(/Thị Hà/));
  await waitFor(() => expect(selected()).toBe("Nguyễn Thị Hà"));
  fireEvent.click(named(/Thị Hà/), { detail: 1 });
  expect(location.pathname).toBe("/app/nguoi-dan/r9");
});

test("whoever leaves the box before the answer stays on the page", async () => {
  const answer = await typedOn();
  fireEvent.keyDown(box, { key: "Enter" });
  box.blur();
  await waitFor(() => expect(vi.mocked(api.residents).mock.lastCall?.[1]?.aborted).toBe(true));
  answer(hits);
  vi.mocked(api.residents).mockResolvedValue({ residents: hits });
  box.focus();
  await options();
  await waitFor(() => expect(selected()).toBe("Nguyễn Thị Đào"));
  expect(location.pathname).toBe("/app/");
});
