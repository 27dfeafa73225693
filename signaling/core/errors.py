"""The refusal: the one way in which the core says no."""

from __future__ import annotations

from signaling.protocol import ErrorCode


class RefusedError(Exception):
    """The actor may not, or cannot now. `text` is for developers."""

    def __init__(self, code: ErrorCode, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
