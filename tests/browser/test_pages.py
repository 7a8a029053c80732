"""Every page: fits a station's screen, can be read by everybody, loads little."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from fixtures.person import open_resident, shoot
from fixtures.service import Service
from playwright.sync_api import Browser, Page, expect

Start = Callable[..., Page]

ROOT = Path(__file__).parents[2]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
STATIC = ROOT / "ehr" / "web" / "static"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SIZES = [(1366, 768), (1280, 720), (1024, 768)]
"""A station's screen, a small one, and an old one: or the first at 133 %."""


def check(page: Page, name: str) -> None:
    """No sideways scrolling, and nothing that axe knows to be wrong."""
    shoot(page, name)
    width, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width <= window, name
    page.evaluate(AXE.read_text())
    found = page.evaluate("(tags) => axe.run(document, {runOnly: tags})", RULES)
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []


@pytest.mark.parametrize("size", SIZES)
def test_the_pages_of_the_ward(start: Start, size: tuple[int, int]) -> None:
    page = start("clinician.00004", size)
    name = f"{size[0]}"
    expect(page.get_by_role("heading", name="Hôm nay")).to_be_visible()
    check(page, f"today-{name}")
    page.keyboard.press("/")
    page.keyboard.type("nguyen thi")
    expect(page.get_by_role("option").first).to_be_visible()
    check(page, f"search-{name}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Diễn biến")).to_be_visible()
    check(page, f"profile-{name}")
    page.keyboard.press("F2")
    page.get_by_role("button", name="Thêm thuốc").click()
    for label in page.locator(".vital label").all():
        assert label.evaluate("each => each.scrollWidth <= each.clientWidth"), label.inner_text()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    check(page, f"visit-{name}")
    page.keyboard.press("F3")
    expect(page.get_by_role("heading", name="Thêm người mới")).to_be_visible()
    page.keyboard.press("Control+Enter")
    check(page, f"register-{name}")


@pytest.mark.parametrize("size", SIZES)
def test_the_page_of_the_city(start: Start, size: tuple[int, int]) -> None:
    page = start("analyst.city", size)
    expect(page.locator(".tile")).to_have_count(126)
    expect(page.get_by_role("main")).not_to_contain_text("NaN")
    check(page, f"city-{size[0]}")
    page.get_by_text("Bảng số liệu").click()
    expect(page.locator(".ward-table tbody tr")).to_have_count(126)
    check(page, f"city-table-{size[0]}")


def test_the_page_of_nobody(town: Service, chromium: Browser) -> None:
    context = chromium.new_context(base_url=town.url, viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.goto("/app/nguoi-dan/moi")
    expect(page.get_by_role("link", name="Đăng nhập")).to_be_visible()
    check(page, "login")
    context.close()


def test_english(start: Start) -> None:
    page = start("clinician.00004")
    page.locator(".user summary").click()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    open_heading = page.get_by_role("link", name="Today")
    expect(open_heading).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()


def test_an_opened_profile_has_no_name_in_address_or_title(start: Start) -> None:
    page = start("clinician.00004")
    open_resident(page, "nguyen thi")
    name = page.get_by_role("heading", level=1).inner_text()
    assert name not in page.title()
    assert page.title() == "Hồ sơ · Trạm"


def test_the_first_load_is_small() -> None:
    manifest = json.loads((STATIC / "manifest.json").read_text())
    entry = manifest["index.html"]
    script = len(gzip.compress((STATIC / entry["file"]).read_bytes()))
    style = sum(len(gzip.compress((STATIC / each).read_bytes())) for each in entry["css"])
    assert script <= 50_000
    assert style <= 15_000
