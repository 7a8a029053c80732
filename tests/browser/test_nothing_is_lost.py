"""What was typed survives reload, network and session; what is saved is saved once."""

import json
import re
from collections.abc import Callable
from uuid import uuid4

from fixtures.person import fill_visit, log_in, open_resident
from playwright.sync_api import Page, Request, expect

Start = Callable[..., Page]

_RAW = """async () => {
  const open = indexedDB.open("tram");
  const database = await new Promise((done) => (open.onsuccess = () => done(open.result)));
  const all = database.transaction("drafts").objectStore("drafts").getAll();
  const rows = await new Promise((done) => (all.onsuccess = () => done(all.result)));
  database.close();
  return rows.map((row) => [
    JSON.stringify(row), new TextDecoder().decode(row.sealed), new TextDecoder().decode(row.iv),
  ].join());
}"""


REASON = f"Chóng mặt {uuid4().hex[:6]}"


def visit_form(start: Start, who: str) -> Page:
    """The visit form of a resident of Ba Đình, filled in."""
    page = start("clinician.00004")
    open_resident(page, who)
    page.keyboard.press("F2")
    fill_visit(page, REASON)
    return page


def waiting_for_a_login(start: Start, who: str) -> Page:
    """The form of a visit that was saved after the session had ended."""
    page = visit_form(start, who)
    page.context.clear_cookies(name="tram_session")
    save(page)
    expect(page.get_by_role("banner")).to_contain_text("Chờ gửi: 1")
    return page


def sent_visits(page: Page) -> list[str]:
    """Bodies of the visits that the page sends from now on."""
    bodies: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/app/api/visits"):
            bodies.append(request.post_data or "")

    page.on("request", note)
    return bodies


def save(page: Page) -> None:
    page.keyboard.press("Control+Enter")


def test_a_kept_draft_survives_a_reload(start: Start) -> None:
    page = visit_form(start, "nguyen van")
    page.get_by_label("Lời dặn").fill("Uống nhiều nước")
    expect(page.locator("[data-draft=stored]")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Lý do khám")).to_have_value(REASON)
    expect(page.get_by_label("Lời dặn")).to_have_value("Uống nhiều nước")
    expect(page.get_by_label("HA tâm thu")).to_have_value("150")
    expect(page.locator(".chosen")).to_contain_text("I10")
    page.goto("/app/hom-nay")
    expect(page.get_by_role("complementary", name="Chưa xong")).to_contain_text("Lượt khám")


def test_a_draft_is_sealed_and_another_person_does_not_see_it(start: Start) -> None:
    page = visit_form(start, "vu")
    expect(page.get_by_role("status").filter(has_text="Bản nháp đã giữ")).to_be_visible()
    address = page.url
    stored = "".join(page.evaluate(_RAW))
    assert "kham" not in stored
    assert "Chóng mặt" not in stored
    page.locator(".user summary").click()
    page.get_by_role("button", name="Đăng xuất").click()
    expect(page.get_by_role("link", name="Đăng nhập")).to_be_visible()
    log_in(page, "admin.00004")
    page.goto("/app/hom-nay")
    expect(page.get_by_role("heading", name="Hôm nay")).to_be_visible()
    expect(page.get_by_role("complementary", name="Chưa xong")).to_have_count(0)
    page.goto(address)
    expect(page.get_by_role("main")).to_contain_text("không ghi được lượt khám")


def test_a_double_click_saves_once(start: Start) -> None:
    page = visit_form(start, "dang")
    bodies = sent_visits(page)
    page.get_by_role("button", name=re.compile("^Lưu Ctrl")).dblclick()
    expect(page.locator(".visit-card.fresh")).to_be_visible()
    assert len(bodies) == 1
    expect(page.locator(".visit-card", has_text=REASON)).to_have_count(1)


def test_without_the_network_it_waits_and_goes_by_itself(start: Start) -> None:
    page = visit_form(start, "bui")
    page.context.set_offline(True)
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("Mất kết nối")
    expect(page.get_by_role("banner")).to_contain_text("Chờ gửi: 1")
    bodies = sent_visits(page)
    page.context.set_offline(False)
    expect(page.get_by_role("banner")).to_contain_text("Đã gửi hết")
    assert len({json.loads(body)["id"] for body in bodies}) == 1
    expect(page.locator(".visit-card", has_text=REASON)).to_have_count(1)


def test_a_lost_answer_does_not_make_two_visits(start: Start) -> None:
    page = visit_form(start, "do")
    lost: list[int] = []

    def lose(route, request) -> None:
        """The server has saved it, and the answer never arrives."""
        route.fetch()
        lost.append(1)
        route.abort("connectionreset")

    page.route("**/app/api/visits", lose, times=1)
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("Mất kết nối")
    assert lost == [1]
    page.get_by_role("button", name="Gửi lại ngay").click()
    expect(page.locator(".visit-card", has_text=REASON)).to_have_count(1)


def test_an_ended_session_keeps_everything_and_offers_a_login(start: Start) -> None:
    page = visit_form(start, "ngo")
    page.context.clear_cookies(name="tram_session")
    save(page)
    expect(page.locator(".save-bar")).to_contain_text("Phiên làm việc đã hết")
    log_in(page, "clinician.00004")
    expect(page.locator(".visit-card", has_text=REASON)).to_have_count(1)


def test_a_login_in_another_window_serves_this_one_too(start: Start) -> None:
    page = waiting_for_a_login(start, "hoang")
    other = page.context.new_page()
    other.route("**/app/api/visits", lambda route: route.abort())
    other.goto("/app/")
    log_in(other, "clinician.00004")
    page.bring_to_front()
    page.evaluate("dispatchEvent(new Event('focus'))")  # headless windows are never told of it
    expect(page.locator(".visit-card.fresh")).to_contain_text(REASON)
    expect(page.get_by_role("link", name="Đăng nhập")).to_have_count(0)


def test_a_visit_that_another_window_sends_is_done_here_too(start: Start) -> None:
    page = waiting_for_a_login(start, "ly")
    other = page.context.new_page()
    other.goto("/app/")
    log_in(other, "clinician.00004")
    expect(other.get_by_role("banner")).to_contain_text("Đã gửi hết")
    expect(page.locator(".visit-card.fresh")).to_contain_text(REASON)
    expect(page.locator(".visit-card", has_text=REASON)).to_have_count(1)


def test_a_page_of_the_session_before_saves_under_the_new_one(start: Start) -> None:
    page = visit_form(start, "phan")
    page.context.clear_cookies(name="tram_session")
    other = page.context.new_page()
    other.goto("/app/")
    log_in(other, "clinician.00004")
    save(page)
    expect(page.locator(".visit-card.fresh")).to_contain_text(REASON)
    expect(page.locator(".visit-card", has_text=REASON)).to_have_count(1)


def test_a_refusal_keeps_everything(start: Start) -> None:
    page = visit_form(start, "duong")
    refusal = {"error": "too-long", "message": "Lý do khám: quá dài.", "field": "reason"}
    page.route(
        "**/app/api/visits",
        lambda route: route.fulfill(status=422, json=refusal),
        times=1,
    )
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("Chưa lưu được: Lý do khám: quá dài.")
    expect(page.get_by_label("Lý do khám")).to_be_focused()
    expect(page.get_by_label("Lý do khám")).to_have_value(REASON)
    save(page)
    expect(page.locator(".visit-card.fresh")).to_contain_text(REASON)
