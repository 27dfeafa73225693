"""The one error of the wire package."""

from __future__ import annotations


class WireError(ValueError):
    """Bytes from a peer that are not what they should be. The text is for our logs: it never repeats the bytes."""


def need(data: bytes, size: int) -> None:
    """Raises `WireError` unless `data` has at least `size` bytes."""
    if len(data) < size:
        raise WireError("message is cut short")
