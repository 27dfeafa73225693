"""Where a request comes from, and under which address the client knows us."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_address, ip_network
from urllib.parse import urlsplit

from aiohttp import web


def address_of(request: web.Request, *, behind_proxy: bool) -> str:
    """The client's address, to count by. The proxy appends what it saw, so only the last entry is to be trusted."""
    if behind_proxy:
        # Some proxies append to the client's line, some add a line of their own.
        forwarded = request.headers.getall("X-Forwarded-For", [""])[-1].rpartition(",")[2].strip()
        if forwarded:
            return _home(forwarded)
    return _home(request.remote or "")


def _home(address: str) -> str:
    """Of IPv6 the first 64 bits: the rest is anybody's choice who has one line (RFC 4291 2.5.1)."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ip_network((found.packed[:8] + bytes(8), 64)))


def base_url(request: web.Request, *, behind_proxy: bool) -> str:
    """Scheme and host as the client wrote them."""
    scheme = request.headers.get("X-Forwarded-Proto", request.scheme) if behind_proxy else request.scheme
    return f"{scheme}://{_host(request, behind_proxy=behind_proxy)}"


def same_origin(request: web.Request, *, behind_proxy: bool) -> bool:
    """False when a page of another host opens the WebSocket. Clients that are no browsers send no Origin."""
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc.lower() == _host(request, behind_proxy=behind_proxy).lower()
    except ValueError:
        return False


def _host(request: web.Request, *, behind_proxy: bool) -> str:
    return request.headers.get("X-Forwarded-Host", request.host) if behind_proxy else request.host
