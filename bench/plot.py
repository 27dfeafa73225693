"""Line charts as SVG, written as text: what docs/performance.md shows. No drawing library is worth its weight here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from xml.sax.saxutils import escape

from msgspec import Struct

from bench.sweep import Sweep

WIDTH, HEIGHT = 720, 320  # of one chart
LEFT, RIGHT, TOP, BOTTOM = 64, 120, 40, 48  # margins; names of lines stand in the right one
# Both pass 3:1 against white and against GitHub's dark background (#0d1117), and differ in lightness too.
COLOURS = ("#1f6feb", "#b3541e")
INK = "#6e7781"


class Line(Struct, frozen=True):
    name: str
    points: list[tuple[float, float]]


class Chart(Struct, frozen=True):
    title: str
    x: str
    y: str
    lines: list[Line]
    top: float | None = None  # of the y axis; None: what the data need


def charts_of(sweep: Sweep) -> list[Chart]:
    """Cost and delivery against people."""
    cost = [Line("Kinroom", [(point.people, point.kinroom.us_per_out_packet) for point in sweep.points])]
    delivered = [Line("Kinroom", [(point.people, point.kinroom.delivered * 100) for point in sweep.points])]
    if janus := [(point.people, point.janus) for point in sweep.points if point.janus]:
        cost.append(Line("Janus", [(people, one.us_per_out_packet) for people, one in janus]))
        delivered.append(Line("Janus", [(people, one.delivered * 100) for people, one in janus]))
    people = "people, everybody to everybody"
    return [
        Chart("CPU for one packet that leaves, one core", people, "µs", cost),
        Chart("Packets delivered, one core", people, "%", delivered, top=100),
    ]


def draw(charts: Sequence[Chart]) -> str:
    """One picture, charts one below the other."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT * len(charts)}" '
        'font-family="sans-serif" font-size="13">'
    )
    parts = [head, f"<title>{escape('; '.join(chart.title for chart in charts))}</title>"]
    for n, chart in enumerate(charts):
        parts += [f'<g transform="translate(0 {n * HEIGHT})">', *_chart(chart), "</g>"]
    return "\n".join([*parts, "</svg>", ""])


def ticks(largest: float, wanted: int = 5) -> list[float]:
    """From 0 to the first multiple of 1, 2 or 5 times a power of ten that is not below `largest`."""
    rough = max(largest, 1e-9) / wanted
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    count = math.ceil(largest / step - 1e-9)
    return [round(n * step, 10) for n in range(max(1, count) + 1)]


def _chart(chart: Chart) -> list[str]:
    xs = sorted({x for line in chart.lines for x, _ in line.points})
    marks = ticks(chart.top or max(y for line in chart.lines for _, y in line.points))
    first, last = xs[0], xs[-1] if len(xs) > 1 else xs[0] + 1

    def at_x(x: float) -> float:
        return round(LEFT + (x - first) / (last - first) * (WIDTH - LEFT - RIGHT), 1)

    def at_y(y: float) -> float:
        return round(HEIGHT - BOTTOM - y / marks[-1] * (HEIGHT - TOP - BOTTOM), 1)

    parts = [f'<text x="{LEFT}" y="22" fill="{INK}" font-weight="bold">{escape(chart.title)}</text>']
    for mark in marks:
        y = at_y(mark)
        parts.append(f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" stroke="{INK}" stroke-opacity="0.3"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4}" fill="{INK}" text-anchor="end">{mark:g}</text>')
    parts.append(f'<text x="{LEFT - 8}" y="{TOP - 12}" fill="{INK}" text-anchor="end">{escape(chart.y)}</text>')
    for x in xs:
        parts.append(f'<text x="{at_x(x)}" y="{HEIGHT - BOTTOM + 18}" fill="{INK}" text-anchor="middle">{x:g}</text>')
    parts.append(f'<text x="{LEFT}" y="{HEIGHT - 10}" fill="{INK}">{escape(chart.x)}</text>')
    for line, colour in zip(chart.lines, COLOURS, strict=False):
        parts += _line(line, colour, [(at_x(x), at_y(y)) for x, y in line.points])
    return parts


def _line(line: Line, colour: str, points: Sequence[tuple[float, float]]) -> list[str]:
    path = " ".join(f"{x},{y}" for x, y in points)
    x, y = points[-1]
    return [
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
        *(f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>' for x, y in points),
        f'<text x="{x + 10}" y="{y + 4}" fill="{colour}" font-weight="bold">{escape(line.name)}</text>',
    ]
