"""`python -m signaling.diagrams docs/lifecycles.md`: draws the tables of `core/lifecycles.py` there (`make types`)."""

from __future__ import annotations

import enum
import sys
from collections.abc import Iterable
from pathlib import Path

from signaling.core.lifecycles import ALL, Lifecycle


def diagram(lifecycle: Lifecycle) -> str:
    """Mermaid. Ways between the same two states are one arrow."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for (state, tag), to in lifecycle.table.items():
        arrows.setdefault((_node(state), _node(to)), []).append(lifecycle.labels.get(tag, tag.replace("_", " ")))
    lines = [f"    {start} --> {end}: {_label(labels)}" for (start, end), labels in arrows.items()]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```"])


def _node(state: enum.StrEnum | None) -> str:
    return "[*]" if state is None else state.value


def _label(labels: Iterable[str]) -> str:
    """A colon or semicolon would end the label."""
    return " / ".join(dict.fromkeys(labels)).replace(":", ",").replace(";", ",")


def with_diagrams(text: str) -> str:
    """The text with everything between `<!-- lifecycle: X -->` and `<!-- end -->` drawn anew. Raises ValueError."""
    for lifecycle in ALL:
        head, mark, rest = text.partition(f"<!-- lifecycle: {lifecycle.name} -->\n")
        _, end, tail = rest.partition("<!-- end -->")
        if not (mark and end):
            raise ValueError(f"no place for the lifecycle of {lifecycle.name}")
        text = f"{head}{mark}{diagram(lifecycle)}\n{end}{tail}"
    return text


def main(arguments: list[str]) -> None:
    path = Path(arguments[0])
    path.write_text(with_diagrams(path.read_text()))


if __name__ == "__main__":
    main(sys.argv[1:])
