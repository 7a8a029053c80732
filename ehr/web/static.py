"""The built web app: hashed files that never change, and one page for every address of the app.

The files are read once; there are five of some 150 KB. `web/` builds them (docs/web.md).
"""

import gzip
import mimetypes
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse

from ehr.web.headers import security_headers
from ehr.web.told import told

FOLDER = Path(__file__).parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
_COMPRESSIBLE = ("text/", "application/json", "image/svg", "application/javascript")
_NOT_BUILT = "Giao diện chưa được dựng: chạy `make web`, rồi khởi động lại.\n"


@dataclass(frozen=True, slots=True)
class File:
    """One file as it is sent."""

    content: bytes
    compressed: bytes | None
    media_type: str
    cache: str
    etag: str


def load(folder: Path = FOLDER) -> dict[str, File]:
    """Path below /app → file; empty when the app was not built."""
    if not folder.is_dir():
        return {}
    paths = (path for path in folder.rglob("*") if path.is_file())
    named = {path.relative_to(folder).as_posix(): path for path in paths}
    served = {name: path for name, path in named.items() if not _is_ours(name)}
    return {name: _read(name, path) for name, path in served.items()}


def _is_ours(name: str) -> bool:
    """Whether a file is the build's own note and not the browser's."""
    return name == "manifest.json" or name.startswith(".")


def _read(name: str, path: Path) -> File:
    content = path.read_bytes()
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return File(
        content,
        gzip.compress(content, 9) if media_type.startswith(_COMPRESSIBLE) else None,
        media_type,
        # Vite puts a hash of the content into the name of everything in assets/.
        FOR_EVER if name.startswith("assets/") else ASK_AGAIN,
        f'"{sha256(content).hexdigest()[:32]}"',
    )


def router(*, https: bool, folder: Path = FOLDER) -> APIRouter:
    """`/`, `/app/` and everything below it that no other route answers."""
    routes = APIRouter()
    files = load(folder)
    headers = security_headers(https=https)

    @routes.get("/", **told("To the web app", status=303))
    async def root() -> Response:
        return RedirectResponse("/app/", 303, headers)

    page = told("The web app", "text/html", more={404: "text/plain", 503: "text/plain"})

    @routes.get("/app", **page)
    @routes.get("/app/{path:path}", **page)
    async def app(request: Request, path: str = "") -> Response:
        found = files.get(path)
        if found is None and path.startswith(("assets/", "api/")):
            return PlainTextResponse("Không có.\n", 404, headers)
        found = found or files.get("index.html")
        if found is None:
            return PlainTextResponse(_NOT_BUILT, 503, headers)
        return _sent(found, request, headers)

    return routes


def _sent(file: File, request: Request, headers: dict[str, str]) -> Response:
    sent = headers | {"Cache-Control": file.cache, "ETag": file.etag, "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == file.etag:
        return Response(status_code=304, headers=sent)
    if file.compressed and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(
            file.compressed,
            media_type=file.media_type,
            headers=sent | {"Content-Encoding": "gzip"},
        )
    return Response(file.content, media_type=file.media_type, headers=sent)
