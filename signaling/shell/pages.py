"""The page's files, with headers that let it load nothing from anywhere else."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from pathlib import Path
from typing import Final

from aiohttp import web
from msgspec import Struct

SECURITY_HEADERS: Final = {
    "Content-Security-Policy": "; ".join(
        [
            "default-src 'self'",
            "img-src 'self' data:",
            "media-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(self), display-capture=(self), screen-wake-lock=(self), "
    "speaker-selection=(self), geolocation=(), payment=(), usb=()",
}

# Shown until the page is built: says nothing about what this server is for.
_NOT_BUILT: Final = (
    b'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="robots" content="noindex">'
    b"<title>Kinroom</title><p>The server runs, but its page is not built yet. Run <code>make web</code>.</p>"
)
_FILE_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_COMPRESSIBLE: Final = ("text/", "application/javascript", "application/json", "application/manifest", "image/svg")


class _Asset(Struct, frozen=True):
    body: bytes
    zipped: bytes | None
    content_type: str
    etag: str


class Pages:
    """Files are read once, and again when they change."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._assets: dict[Path, tuple[int, _Asset]] = {}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self._index),
            web.get("/join", self._index),
            web.get("/j", self._index),  # a spoken code
            web.get("/standby", self._index),  # a facilitator's phone
            web.get("/check", self._index),  # a self-test that needs no link
            web.get("/assets/{name}", self._hashed),
            web.get("/robots.txt", self._robots),
            web.get("/{name}", self._file),
        ]

    async def _index(self, request: web.Request) -> web.StreamResponse:
        asset = self._load(self._root / "index.html")
        if asset is None:
            return web.Response(body=_NOT_BUILT, content_type="text/html", headers={"Cache-Control": "no-cache"})
        return _respond(request, asset, "no-cache")

    async def _hashed(self, request: web.Request) -> web.StreamResponse:
        return self._serve(request, self._root / "assets", "public, max-age=31536000, immutable")

    async def _file(self, request: web.Request) -> web.StreamResponse:
        return self._serve(request, self._root, "no-cache")

    async def _robots(self, _request: web.Request) -> web.Response:
        return web.Response(text="User-agent: *\nDisallow: /\n")

    def _serve(self, request: web.Request, folder: Path, cache: str) -> web.StreamResponse:
        name = request.match_info["name"]
        asset = self._load(folder / name) if _FILE_NAME.fullmatch(name) else None
        if asset is None:
            raise web.HTTPNotFound
        return _respond(request, asset, cache)

    def _load(self, path: Path) -> _Asset | None:
        try:
            changed = path.stat().st_mtime_ns
            known = self._assets.get(path)
            if known is None or known[0] != changed:
                known = (changed, _asset(path.name, path.read_bytes()))
                self._assets[path] = known
        except OSError:
            return None
        return known[1]


def _asset(name: str, body: bytes) -> _Asset:
    content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    zipped = gzip.compress(body, 9, mtime=0) if content_type.startswith(_COMPRESSIBLE) else None
    return _Asset(body, zipped, content_type, hashlib.sha256(body).hexdigest()[:16])


def _respond(request: web.Request, asset: _Asset, cache: str) -> web.StreamResponse:
    headers = {"Cache-Control": cache, "Vary": "Accept-Encoding", "ETag": f'"{asset.etag}"'}
    if any(tag.value == asset.etag for tag in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    zipped = asset.zipped if "gzip" in request.headers.get("Accept-Encoding", "") else None
    if zipped is not None:
        headers["Content-Encoding"] = "gzip"
    charset = "utf-8" if asset.content_type.startswith("text/") else None
    body = asset.body if zipped is None else zipped
    return web.Response(body=body, content_type=asset.content_type, charset=charset, headers=headers)
