"""When a link opens: to which session of its group it leads now, or when the next one is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from typing import Final, Literal

from msgspec import Struct

from signaling.core.ids import SessionId

Why = Literal["open", "too_early", "wrong_day", "over"]

OVERRUN: Final = 3600.0  # seconds after its planned end in which a session still opens: groups run late


class Slot(Struct, frozen=True):
    """A session on its group's plan. Wall seconds. `ended`: when it was over for good."""

    id: SessionId
    starts: float
    ends: float
    ended: float | None = None


class Opening(Struct, frozen=True):
    """`slot` if the link opens now. `next`: start of the first session after that, or after now."""

    why: Why
    slot: Slot | None
    next: float | None


def opening(
    slots: Sequence[Slot], now: float, opens_before: float, zone: tzinfo, occupied: Callable[[SessionId], bool]
) -> Opening:
    """`occupied`: there are people in it, so it is open however late it is. `zone`: where "today" is the group's."""
    live = [slot for slot in slots if slot.ended is None]
    found = [slot for slot in live if slot.starts - opens_before <= now and _not_over(slot, now, occupied)]
    chosen = max(found, key=lambda slot: _claim(slot, now, occupied), default=None)
    after = now if chosen is None else max(now, chosen.starts)
    following = min((slot.starts for slot in live if slot.starts > after), default=None)
    if chosen is not None:
        return Opening("open", chosen, following)
    if following is None:
        return Opening("over", None, None)
    return Opening("too_early" if _day(following, zone) == _day(now, zone) else "wrong_day", None, following)


def _claim(slot: Slot, now: float, occupied: Callable[[SessionId], bool]) -> tuple[bool, bool, float]:
    """Where two overlap: what is planned for now, then the one that runs late, then the later.

    Somebody who forgot to leave on Monday does not keep the others from Wednesday.
    """
    late = occupied(slot.id) and now <= slot.ends + OVERRUN
    return slot.starts <= now <= slot.ends, late, slot.starts


def _not_over(slot: Slot, now: float, occupied: Callable[[SessionId], bool]) -> bool:
    return now <= slot.ends + OVERRUN or occupied(slot.id)


def _day(at: float, zone: tzinfo) -> str:
    return datetime.fromtimestamp(at, zone).date().isoformat()
