"""Sizes of groups, the search for the largest, and the picture."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from bench.plot import Chart, Line, charts_of, draw, ticks
from bench.sweep import Limit, Point, Probe, Sweep, joined, parse_sizes, search
from tests.unit.bench.test_results import result, window


def carrying(limit: int, drops: int = 0) -> Limit:
    """What a search finds where groups up to `limit` are delivered whole, and larger ones lose packets."""
    return search(lambda people: Probe(people, *((1.0, 50.0, 0) if people <= limit else (0.9, 50.0, drops))))


def point(people: int, janus: bool = True) -> Point:
    kinroom = result(window(cpu=0.25), people=people)
    return Point(people, kinroom, kinroom if janus else None, 1.0 if janus else None)


def test_sizes_are_read_in_order_and_once() -> None:
    assert parse_sizes("12,4, 8,4") == [4, 8, 12]


@pytest.mark.parametrize("text", ["", "4,", "four", "1,4", "61"])
def test_other_sizes_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"people|numbers"):
        parse_sizes(text)


@pytest.mark.parametrize("limit", [4, 5, 21, 22, 59])
def test_the_search_finds_the_last_size_that_is_whole_in_few_steps(limit: int) -> None:
    found = carrying(limit)
    assert (found.people, found.generator_limited) == (limit, False)
    sizes = [one.people for one in found.probes]
    assert len(sizes) <= 6
    assert sizes == sorted(sizes)


def test_the_search_says_when_the_generator_was_the_limit() -> None:
    found = carrying(30, drops=5)
    assert (found.people, found.generator_limited) == (30, True)


def test_nothing_and_everything_are_found_too() -> None:
    assert search(lambda people: Probe(people, 0.5, 99.0, 0)).people == 0
    assert search(lambda people: Probe(people, 1.0, 1.0, 0)).people == 60


def test_parts_of_a_sweep_join() -> None:
    whole = joined([Sweep(800, 4, 1, [point(12)]), Sweep(800, 4, 1, [point(4), point(8)])])
    assert [one.people for one in whole.points] == [4, 8, 12]
    with pytest.raises(ValueError, match="parts"):
        joined([whole, Sweep(800, 4, 1, [point(8)])])
    with pytest.raises(ValueError, match="parts"):
        joined([whole, Sweep(400, 4, 1, [point(20)])])


@pytest.mark.parametrize(
    ("largest", "last", "count"), [(100, 100, 6), (16.2, 20, 5), (0.7, 0.8, 5), (7, 8, 5), (0, 0, 2), (51, 60, 4)]
)
def test_ticks_are_round_numbers_from_0(largest: float, last: float, count: int) -> None:
    marks = ticks(largest)
    assert marks[0] == 0
    assert marks[-1] == pytest.approx(last, abs=1e-6)
    assert len(marks) == count


@pytest.mark.parametrize("janus", [True, False])
def test_the_picture_has_a_line_for_each_server(janus: bool) -> None:
    root = ET.fromstring(draw(charts_of(Sweep(800, 4, 1, [point(4, janus), point(8, janus)]))))
    lines = root.findall(".//{*}polyline")
    assert len(lines) == (4 if janus else 2)
    texts = [element.text for element in root.iter() if element.text]
    assert ("Janus" in texts) == janus
    assert "8" in texts


def test_names_are_escaped_and_one_point_is_enough() -> None:
    drawn = draw([Chart("a < b", "x", "y", [Line("R&D", [(4.0, 1.0)])])])
    assert ET.fromstring(drawn).findall(".//{*}circle")
