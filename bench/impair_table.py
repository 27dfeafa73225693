"""The table of docs/media-quality.md, from what `python -m bench impair --json` printed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bench.impair import Browser, Result, named

HEAD = ("scenario", "browser", "concealed", "longest freeze", "adapts in", "recovers in", "others affected")


def rows(results: Iterable[Result]) -> list[tuple[str, ...]]:
    """In the order of the scenarios, each in both browsers. Of two runs of the same the newer one counts."""
    newest = {(result.scenario, result.browser): result for result in results}
    order = [fault.name for scenario in named(()) for fault in scenario.faults]
    return [_row(newest[name, browser]) for name in order for browser in map(str, Browser) if (name, browser) in newest]


def markdown(results: Iterable[Result]) -> str:
    lines: Sequence[Sequence[str]] = (HEAD, ["---"] * len(HEAD), *rows(results))
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _row(result: Result) -> tuple[str, ...]:
    return (
        result.scenario,
        result.browser,
        _said(result.audio_concealment_pct, "%"),
        _said(result.longest_freeze_ms, "ms"),
        _said(result.adapt_s, "s"),
        _said(result.recover_s, "s"),
        str(result.others_affected),
    )


def _said(value: float | None, unit: str) -> str:
    return "–" if value is None else f"{value:g} {unit}"
