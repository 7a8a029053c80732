"""The first story, end to end: a resident is seen at the ward, and counted in the city."""

import re
from collections.abc import Callable

from fixtures.person import fill_visit, month, open_resident, shoot
from playwright.sync_api import Page, expect

Start = Callable[..., Page]


def visits_of_ba_dinh(page: Page) -> int:
    """What the map says, and the table behind it."""
    page.goto(f"/app/bao-cao/luot-kham?ky={month()}")
    tile = page.locator(".tile").filter(has=page.locator("title", has_text="Ba Đình"))
    title = tile.locator("title").text_content() or ""
    page.get_by_text("Bảng số liệu").click()
    row = page.get_by_role("row", name=re.compile("00004 Ba Đình"))
    count = row.get_by_role("cell").last.inner_text()
    assert title == f"Ba Đình: {count}"
    return int(count.replace(".", ""))


def test_a_visit_is_seen_in_the_timeline_and_counted_in_the_city(start: Start) -> None:
    analyst = start("analyst.city")
    before = visits_of_ba_dinh(analyst)

    nurse = start("clinician.00004")
    open_resident(nurse, "nguyen thi")
    shoot(nurse, "profile")

    nurse.keyboard.press("/")
    nurse.keyboard.type("Trần Thị Bưởi Thử")
    nurse.get_by_role("option", name="Thêm người mới").click()
    expect(nurse.get_by_label("Họ và tên")).to_have_value("Trần Thị Bưởi Thử")
    nurse.get_by_label("Ngày sinh").fill("01021958")
    nurse.get_by_label("Nữ").check()
    nurse.get_by_label("Số nhà").fill("12 ngõ 5 Đội Cấn")
    shoot(nurse, "register")
    nurse.get_by_role("button", name="Lưu và khám").click()

    expect(nurse.get_by_role("heading", name="Trần Thị Bưởi Thử")).to_be_visible()
    fill_visit(nurse, "Đau đầu, đo huyết áp")
    shoot(nurse, "visit")
    nurse.get_by_role("button", name=re.compile("^Lưu Ctrl")).click()

    card = nurse.locator(".visit-card")
    expect(card).to_have_count(1)
    expect(card).to_contain_text("150/95")
    expect(card).to_contain_text("I10")
    expect(card).to_contain_text("Đau đầu, đo huyết áp")
    assert "Bưởi" not in nurse.url
    assert "Bưởi" not in nurse.title()
    shoot(nurse, "timeline")

    nurse.get_by_role("link", name="Hôm nay").click()
    expect(nurse.get_by_role("row", name=re.compile("Trần Thị Bưởi Thử", re.I))).to_be_visible()
    shoot(nurse, "today")

    assert visits_of_ba_dinh(analyst) == before + 1
    shoot(analyst, "city")


def test_someone_else_s_ward_sees_nothing(start: Start) -> None:
    nurse = start("clinician.00004")
    address = open_resident(nurse, "nguyen thi")
    stranger = start("clinician.00145")
    stranger.goto(address)
    expect(stranger.get_by_role("alert")).to_contain_text("Không tìm thấy")
    analyst = start("analyst.city")
    analyst.goto(address)
    expect(analyst.locator(".tile-map")).to_be_visible()
    expect(analyst.get_by_role("search")).to_have_count(0)


def test_the_printed_sheet_holds_the_visit_alone(start: Start) -> None:
    nurse = start("clinician.00004")
    open_resident(nurse, "tran")
    nurse.keyboard.press("F2")
    fill_visit(nurse, "Khám để in")
    for number, drug in enumerate(("Amlodipin", "Metformin", "Paracetamol"), start=1):
        nurse.get_by_role("button", name="Thêm thuốc").click()
        nurse.get_by_label(f"Thuốc {number}: Tên thuốc").fill(drug)
        nurse.get_by_role("option", name=drug).first.click()
    nurse.get_by_label("Lời dặn").fill(
        "Ăn nhạt, đi bộ 30 phút mỗi ngày, khám lại khi đau đầu nhiều"
    )
    # The dialog of the browser would wait for a person.
    nurse.evaluate("window.print = () => { window.printed = true; }")
    nurse.get_by_role("button", name="Lưu và in").click()
    nurse.wait_for_function("window.printed")
    nurse.emulate_media(media="print")
    expect(nurse.get_by_role("heading", name="Phiếu khám bệnh")).to_be_visible()
    expect(nurse.get_by_role("banner")).to_be_hidden()
    expect(nurse.get_by_role("button", name="In")).to_be_hidden()
    for label in ("Ngày sinh", "Giới tính", "CCCD", "BHYT", "Điện thoại", "Địa chỉ"):
        expect(nurse.get_by_role("term").filter(has_text=label)).to_be_visible()
    assert pages_on_paper(nurse, "A5") == 1
    shoot(nurse, "print")


def test_the_city_on_paper_is_three_pages(start: Start) -> None:
    analyst = start("analyst.city")
    expect(analyst.locator(".tile")).to_have_count(126)
    analyst.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(analyst.locator(".ward-table tbody tr").last).to_be_visible()
    assert pages_on_paper(analyst, "A4") <= 3


def test_the_figures_are_copied_for_a_spreadsheet(start: Start) -> None:
    analyst = start("analyst.city")
    analyst.context.grant_permissions(["clipboard-read", "clipboard-write"])
    analyst.get_by_role("button", name="Chép số liệu").click()
    expect(analyst.get_by_role("status")).to_contain_text("Đã chép")
    lines = [
        line.split("\t") for line in analyst.evaluate("navigator.clipboard.readText()").split("\n")
    ]
    assert sum(len(line) == 3 and line[0].isdigit() for line in lines) == 126


def pages_on_paper(page: Page, size: str) -> int:
    """How many sheets the browser would print."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format=size)))
