"""When a link opens, as a table of days in New York."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from signaling.core.ids import SessionId
from signaling.core.schedule import Opening, Slot, opening

ZONE = ZoneInfo("America/New_York")
EARLY = 1200.0


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()


def slot(name: str, starts: str, ends: str, ended: str | None = None) -> Slot:
    return Slot(SessionId(name), at(starts), at(ends), None if ended is None else at(ended))


MONDAY = slot("mon", "2026-11-23 18:00", "2026-11-23 19:30")
WEDNESDAY = slot("wed", "2026-11-25 18:00", "2026-11-25 19:30")
PLAN = [MONDAY, WEDNESDAY]


def look(now: str, slots: list[Slot] = PLAN, *occupied: Slot) -> Opening:
    people_in = {slot.id for slot in occupied}
    return opening(slots, at(now), EARLY, ZONE, people_in.__contains__)


@pytest.mark.parametrize(
    ("now", "why", "where", "following"),
    [
        ("2026-11-22 23:59", "wrong_day", None, MONDAY),
        ("2026-11-23 00:01", "too_early", None, MONDAY),
        ("2026-11-23 17:39:59", "too_early", None, MONDAY),
        ("2026-11-23 17:40", "open", MONDAY, MONDAY),
        ("2026-11-23 18:00", "open", MONDAY, WEDNESDAY),
        ("2026-11-23 20:30", "open", MONDAY, WEDNESDAY),
        ("2026-11-23 20:30:01", "wrong_day", None, WEDNESDAY),
        ("2026-11-25 09:00", "too_early", None, WEDNESDAY),
        ("2026-11-25 20:30:01", "over", None, None),
    ],
)
def test_a_week(now: str, why: str, where: Slot | None, following: Slot | None) -> None:
    found = look(now)
    assert (found.why, found.slot) == (why, where)
    if where is not following:  # while one is about to begin, "next" is the one after it
        assert found.next == (following and following.starts)


def test_next_is_never_the_session_that_is_open() -> None:
    assert look("2026-11-23 17:45").next == WEDNESDAY.starts
    assert look("2026-11-25 18:30").next is None


def test_today_is_the_groups_not_the_servers() -> None:
    """21:00 on Monday in New York is Tuesday in UTC already."""
    late = slot("late", "2026-11-23 23:00", "2026-11-23 23:30")
    assert look("2026-11-23 18:00", [late]).why == "too_early"


def test_a_session_with_people_in_it_stays_open_however_late_it_is() -> None:
    assert look("2026-11-24 03:00", PLAN, MONDAY).slot == MONDAY
    assert look("2026-11-24 03:00", PLAN).slot is None


def test_a_session_that_was_ended_leads_to_the_next() -> None:
    ended = slot("mon", "2026-11-23 18:00", "2026-11-23 19:30", ended="2026-11-23 18:40")
    found = look("2026-11-23 18:45", [ended, WEDNESDAY])
    assert (found.why, found.next) == ("wrong_day", WEDNESDAY.starts)


def test_where_two_overlap() -> None:
    second = slot("second", "2026-11-23 19:45", "2026-11-23 20:45")
    both = [MONDAY, second]
    assert look("2026-11-23 19:29", both).slot == MONDAY, "what is planned for now"
    assert look("2026-11-23 19:40", both, MONDAY).slot == MONDAY, "the first runs late, and its people come back"
    assert look("2026-11-23 19:40", both).slot == second
    assert look("2026-11-23 19:45", both, MONDAY).slot == second


def test_who_forgot_to_leave_keeps_nobody_from_the_next_session() -> None:
    assert look("2026-11-25 17:45", PLAN, MONDAY).slot == WEDNESDAY


def test_a_group_without_sessions() -> None:
    assert look("2026-11-23 18:00", []) == Opening("over", None, None)
