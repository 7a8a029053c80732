"""The built app: cached for ever where the name says so, one page for the rest."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from ehr.web import static


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Trạm</title>", encoding="utf-8")
    (tmp_path / "assets" / "index-abc.js").write_text("let a = 1;" * 100)
    (tmp_path / "manifest.json").write_text("{}")
    return tmp_path


def browser(folder: Path, *, https: bool = False) -> httpx.AsyncClient:
    app = FastAPI()
    app.include_router(static.router(https=https, folder=folder))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")


async def test_hashed_files_are_kept_for_ever(folder: Path) -> None:
    async with browser(folder) as http:
        reply = await http.get("/app/assets/index-abc.js")
    assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert reply.headers["content-type"].startswith("text/javascript")
    assert reply.headers["content-encoding"] == "gzip"
    assert reply.text.startswith("let a")


@pytest.mark.parametrize("path", ["/app", "/app/", "/app/hom-nay", "/app/nguoi-dan/x/kham/y"])
async def test_every_address_of_the_app_is_the_page(folder: Path, path: str) -> None:
    async with browser(folder) as http:
        reply = await http.get(path)
        assert reply.status_code == 200
        assert "Trạm" in reply.text
        assert reply.headers["cache-control"] == "no-cache"
        again = await http.get(path, headers={"if-none-match": reply.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path", ["/app/assets/gone.js", "/app/api/nothing", "/app/../../etc/passwd"]
)
async def test_what_is_not_there(folder: Path, path: str) -> None:
    async with browser(folder) as http:
        assert (await http.get(path)).status_code == 404


async def test_the_root_leads_to_the_app(folder: Path) -> None:
    async with browser(folder) as http:
        reply = await http.get("/")
    assert (reply.status_code, reply.headers["location"]) == (303, "/app/")


async def test_https_is_asked_for_from_then_on(folder: Path) -> None:
    async with browser(folder, https=True) as http:
        assert "max-age" in (await http.get("/app/")).headers["strict-transport-security"]
    async with browser(folder) as http:
        assert "strict-transport-security" not in (await http.get("/app/")).headers


async def test_an_app_that_was_not_built_says_so(tmp_path: Path) -> None:
    async with browser(tmp_path / "none") as http:
        reply = await http.get("/app/")
    assert reply.status_code == 503
    assert "make web" in reply.text
