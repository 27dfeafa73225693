"""The one error of the wire package."""

from __future__ import annotations


class WireError(ValueError):
    """Bytes from a peer that are not what they should be. The text is for our logs: it never repeats the bytes."""
