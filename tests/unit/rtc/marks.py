"""What tests of the media plane say of themselves."""

from __future__ import annotations

import pytest

import rtc

replaces_methods = pytest.mark.skipif(
    rtc.IS_COMPILED, reason="nothing can be put in the place of a compiled class's method; run as Python it is tested"
)
