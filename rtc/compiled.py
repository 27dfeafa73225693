"""Modules of the packet path as mypyc compiled them (`hatch_build.py`), in place of their sources.

Only where they are of these very sources and of this Python: what is edited runs as it is edited. This module imports
nothing of the package, so that it comes before everything else.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import EXTENSION_SUFFIXES, ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Final

PACKAGE: Final = Path(__file__).parent
FOLDER: Final = PACKAGE / "_compiled"
SOURCES: Final = "SOURCES"  # the file there that has their fingerprint
SUFFIX: Final = EXTENSION_SUFFIXES[0]  # names the Python and the machine
GROUP: Final = "rtc"  # all of them are in one library, so that they call each other directly
LIBRARY: Final = f"{GROUP}__mypyc"
SWITCH: Final = "RTC_COMPILED"  # in the environment: `0` for Python alone


def fingerprint() -> str:
    """Of all that the compiled modules are made from or rely on."""
    digest = hashlib.sha256(SUFFIX.encode())
    for source in sorted(PACKAGE.rglob("*.py")):
        digest.update(source.relative_to(PACKAGE).as_posix().encode() + b"\0")
        digest.update(source.read_bytes() + b"\0")
    return digest.hexdigest()


def built_from() -> str | None:
    """The fingerprint of what the compiled modules were made from; None: there are none."""
    try:
        return (FOLDER / SOURCES).read_text()
    except OSError:
        return None


def use() -> bool:
    """Whether what is imported from now on is compiled, where there is such a module."""
    built = built_from()
    if os.environ.get(SWITCH) == "0" or built is None or built != fingerprint():
        return False
    finder = _Finder(modules())
    sys.meta_path.insert(0, finder)
    try:
        importlib.import_module(LIBRARY)
    except ImportError:  # of another C library, for instance
        sys.meta_path.remove(finder)
        return False
    return True


def modules() -> dict[str, Path]:
    """Where each of them is, by its name."""
    return {path.name.removesuffix(SUFFIX): path for path in FOLDER.glob(f"*{SUFFIX}")}


class _Finder(MetaPathFinder):
    def __init__(self, found: dict[str, Path]) -> None:
        self._found = found

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        path_of = self._found.get(name)
        return None if path_of is None else importlib.util.spec_from_file_location(name, path_of)
