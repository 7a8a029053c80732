"""A follow-up of a hypertensive resident without a mouse, in five keys that are not content."""

import re
from collections.abc import Callable

from fixtures.person import fill_visit, open_resident
from playwright.sync_api import Page, expect

Start = Callable[..., Page]

MOST_KEYS = 5


def test_a_follow_up_needs_five_keys_and_no_mouse(start: Start) -> None:
    page = start("clinician.00004")
    name = resident_with_a_prescription(page)
    page.goto("/app/hom-nay")
    expect(page.get_by_role("search")).to_be_visible()
    pressed: list[str] = []

    def press(key: str) -> None:
        pressed.append(key)
        page.keyboard.press(key)

    press("/")
    page.keyboard.type(name)
    press("Enter")
    expect(page.get_by_role("region", name="Diễn biến")).to_be_visible()
    press("F4")
    expect(page.get_by_label("HA tâm thu")).to_be_focused()
    page.keyboard.type("13886")  # the cursor goes to the diastolic pressure by itself
    expect(page.get_by_label("Tâm trương")).to_have_value("86")
    press("Control+Enter")
    card = page.locator(".visit-card.fresh")
    expect(card).to_contain_text("138/86")
    expect(card).to_contain_text("I10")
    expect(card).to_contain_text("Amlodipin")
    expect(card).to_contain_text("Hẹn")
    assert len(pressed) <= MOST_KEYS


def resident_with_a_prescription(page: Page) -> str:
    """Somebody who takes amlodipine since a visit that is recorded now; the CCCD."""
    open_resident(page, "pham van")
    page.keyboard.press("F2")
    fill_visit(page, "Tái khám tăng huyết áp")
    page.get_by_role("button", name="Thêm thuốc").click()
    page.keyboard.type("amlodipin 5")
    expect(page.get_by_role("option", name="Amlodipin")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_label("liều mỗi lần")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".visit-card.fresh")).to_be_visible()
    return page.locator(".identity dd").first.inner_text()


def test_enter_walks_through_the_vital_signs(start: Start) -> None:
    page = start("clinician.00004")
    open_resident(page, "le")
    page.keyboard.press("F2")
    expect(page.get_by_label("Lý do khám")).to_be_focused()
    page.keyboard.type("Sốt")
    page.keyboard.press("Enter")
    page.keyboard.type("120")
    expect(page.get_by_label("Tâm trương")).to_be_focused()
    page.keyboard.press("Backspace")
    expect(page.get_by_label("HA tâm thu")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("80")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Mạch")).to_be_focused()
    page.keyboard.type("88")
    page.keyboard.press("Enter")
    page.keyboard.type("385")
    expect(page.get_by_label("Nhiệt độ")).to_have_value("385")
    page.keyboard.press("Escape")
    expect(page.get_by_role("region", name="Diễn biến")).to_be_visible()
    page.keyboard.press("F2")
    expect(page.get_by_label("Nhiệt độ")).to_have_value("385")  # Esc keeps the draft


def test_f6_goes_through_the_parts_of_the_form(start: Start) -> None:
    page = start("clinician.00004")
    open_resident(page, "tran")
    page.keyboard.press("F2")
    fields = ["Lý do khám", "HA tâm thu", "Thêm chẩn đoán", "Lời dặn"]
    expect(page.get_by_label(fields[0])).to_be_focused()
    page.keyboard.press("F6")
    page.keyboard.type("15095")
    expect(page.get_by_label("Tâm trương")).to_be_focused()
    for label in fields[2:]:
        page.keyboard.press("F6")
        expect(page.get_by_label(label)).to_be_focused()
    for name in ("Thêm thuốc", "Lưu Ctrl"):
        page.keyboard.press("F6")
        expect(page.get_by_role("button", name=name)).to_be_focused()
    page.keyboard.press("F6")
    expect(page.get_by_label(fields[0])).to_be_focused()
    page.keyboard.press("Shift+F6")
    expect(page.get_by_role("button", name="Lưu Ctrl")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("Shift+F6")
    expect(page.get_by_label("Thêm chẩn đoán")).to_be_focused()


def test_impossible_stops_and_unusual_asks(start: Start) -> None:
    page = start("clinician.00004")
    open_resident(page, "hoang")
    page.keyboard.press("F2")
    fill_visit(page, "Kiểm tra")
    page.get_by_label("Mạch").fill("999")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_label("Mạch")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Còn 1 chỗ cần sửa")
    page.get_by_label("Mạch").fill("160")
    page.keyboard.press("Control+Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("160")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_label("Mạch")).to_be_focused()
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Đúng, lưu").click()
    expect(page.locator(".visit-card.fresh")).to_contain_text("160")


def test_the_list_of_keys(start: Start) -> None:
    page = start("clinician.00004")
    open_resident(page, "nguyen")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text(re.compile("Kê lại đơn lần trước"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("region", name="Diễn biến")).to_be_visible()  # and no page back


def test_the_skip_link_leads_past_the_frame(start: Start) -> None:
    page = start("clinician.00004")
    expect(page.get_by_role("heading", name="Hôm nay")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Thêm người")).to_be_focused()


def test_the_focus_follows_to_the_heading_of_another_page(start: Start) -> None:
    page = start("clinician.00004")
    open_resident(page, "nguyen thi")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name=re.compile("^Khám"))).to_be_focused()
    page.keyboard.press("F2")
    expect(page.get_by_label("Lý do khám")).to_be_focused()
    page.keyboard.press("Escape")
    expect(heading).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Hôm nay")).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Tìm người dân")).to_be_focused()
