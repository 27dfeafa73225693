"""Who holds a TCP port, so that "address already in use" can name the culprit. Linux: reads /proc."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final

_LISTEN: Final = "0A"  # the state's number in /proc/net/tcp


def describe_holder(port: int) -> str:
    """`python3 (process 123)`, or words for a process that this user may not look into."""
    inodes = {inode for table in ("tcp", "tcp6") for inode in _listening(Path("/proc/net", table), port)}
    for process in Path("/proc").iterdir():
        if process.name.isdecimal() and inodes & _sockets(process):
            return f"{_name(process)} (process {process.name})"
    return "a process of another user" if inodes else "a process that has just ended"


def _listening(table: Path, port: int) -> list[str]:
    """Socket inodes that listen on the port."""
    try:
        lines = table.read_text().splitlines()[1:]
    except OSError:
        return []
    rows = [line.split() for line in lines]
    return [row[9] for row in rows if row[3] == _LISTEN and int(row[1].rsplit(":", 1)[1], 16) == port]


def _sockets(process: Path) -> set[str]:
    found = set()
    with contextlib.suppress(OSError):  # another user's, or gone
        for descriptor in (process / "fd").iterdir():
            with contextlib.suppress(OSError):  # closed meanwhile
                target = os.readlink(descriptor)
                if target.startswith("socket:["):
                    found.add(target.removeprefix("socket:[").removesuffix("]"))
    return found


def _name(process: Path) -> str:
    """The program with its script or module, which tells more than `python3`. No other argument: it may be a secret."""
    try:
        program, *arguments = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return "a process"
    match arguments:
        case ["-m", module, *_]:
            return f"{Path(program).name} -m {module}"
        case [script, *_] if script.endswith(".py"):
            return f"{Path(program).name} {Path(script).name}"
    return Path(program).name
