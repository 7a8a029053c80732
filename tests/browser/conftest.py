"""People at a real Chromium, on the whole system with the small city's residents."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fixtures.person import log_in
from fixtures.service import Service, running
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

SIZE = (1366, 768)
"""The screen of a station's PC."""
CHROMIUM = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WAIT_MS = 15_000

Start = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs Chromium, and one system."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def town() -> Iterator[Service]:
    """The running system: three pilot wards and their residents."""
    yield from running("small", "serve", "worker")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, or whichever is in PATH."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next((found for name in names if (found := shutil.which(name))), None)
    assert path, "Chromium is not in PATH"
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def start(town: Service, chromium: Browser) -> Iterator[Start]:
    """`start("clinician.00004")`: a window in which that person is logged in."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def one(login: str, size: tuple[int, int] = SIZE) -> Page:
        context = chromium.new_context(
            base_url=town.url,
            viewport={"width": size[0], "height": size[1]},
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
        )
        context.set_default_timeout(WAIT_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda said: (
                faults.append(said.text) if "Content Security Policy" in said.text else None
            ),
        )
        page.goto("/app/")
        log_in(page, login)
        return page

    yield one
    for context in contexts:
        context.close()
    assert faults == []
