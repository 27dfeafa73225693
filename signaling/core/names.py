"""Display names: first names or aliases, made safe to show."""

from __future__ import annotations

import unicodedata
from typing import Final

from signaling.core.errors import RefusedError
from signaling.protocol import ErrorCode

LONGEST: Final = 40  # characters; more does not fit a tile
_JOINERS: Final = "\u200c\u200d"  # needed inside some scripts and emoji


def clean_name(raw: str) -> str:
    """Without controls and direction overrides, which could dress one name up as another. Raises RefusedError."""
    kept = (" " if ch.isspace() else ch for ch in unicodedata.normalize("NFC", raw) if ch.isspace() or _shown(ch))
    name = " ".join("".join(kept).split())
    if not name.strip(_JOINERS) or len(name) > LONGEST:
        raise RefusedError(ErrorCode.BAD_NAME, f"a name has 1 to {LONGEST} characters")
    return name


def _shown(ch: str) -> bool:
    return ch in _JOINERS or not unicodedata.category(ch).startswith("C")
