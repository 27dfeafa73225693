"""Loss of a full line and loss of the line's own: told apart by sending less."""

from __future__ import annotations

import pytest

from rtc.core.bandwidth_loss import Loss, Verdict

CLEAR, SUSPECT, FULL = Verdict.CLEAR, Verdict.SUSPECT, Verdict.FULL
TRY_LESS, TRYING, OWN = Verdict.TRY_LESS, Verdict.TRYING, Verdict.OWN


def verdicts(
    windows: list[tuple[int, float]],
    loss: Loss | None = None,
    start: int = 0,
    queue_stands: bool = False,
    follows: bool = True,
) -> list[Verdict]:
    """Of one window after the other: of 200 packets so many lost, and Mbit/s that arrive."""
    loss = loss or Loss()
    found = []
    for n, (lost, delivered) in enumerate(windows, start):
        loss.add(n * 1.0, 200 - lost, lost, 0, delivered=delivered * 1e6, queue_stands=queue_stands, follows=follows)
        verdict = loss.add(
            n * 1.0 + 0.6, 0, 0, 0, delivered=delivered * 1e6, queue_stands=queue_stands, follows=follows
        )
        assert verdict is not None
        found.append(verdict)
    return found


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        pytest.param([(0, 1.0), (2, 1.0), (0, 1.0)], [CLEAR] * 3, id="hardly any"),
        pytest.param([(6, 1.0), (0, 1.0)], [SUSPECT, CLEAR], id="some, once"),
        pytest.param([(6, 1.0), (6, 1.0), (0, 0.85)], [SUSPECT, TRY_LESS, CLEAR], id="less ends it"),
        pytest.param([(20, 1.0), (20, 0.85)], [TRY_LESS, OWN], id="less does not end it"),
        pytest.param([(20, 1.0), (20, 1.0), (20, 0.85)], [TRY_LESS, TRYING, OWN], id="less was not sent yet"),
        pytest.param([(20, 1.0), (20, 0.85), (20, 1.0), (24, 1.0)], [TRY_LESS, OWN, CLEAR, CLEAR], id="known"),
        pytest.param([(20, 1.0), (20, 0.85), (60, 1.0)], [TRY_LESS, OWN, TRY_LESS], id="more than known"),
        pytest.param([(100, 1.0), (100, 0.8)], [TRY_LESS, TRY_LESS], id="too much to be anybody's own"),
    ],
)
def test_verdicts(windows: list[tuple[int, float]], expected: list[Verdict]) -> None:
    assert verdicts(windows) == expected


@pytest.mark.parametrize(("follows", "last"), [(True, OWN), (False, TRYING)])
def test_a_step_down_that_less_cannot_be_seen_of_ends_all_the_same(follows: bool, last: Verdict) -> None:
    assert verdicts([(20, 1.0)] * 5, follows=follows) == [TRY_LESS, TRYING, TRYING, TRYING, last]


def test_while_a_queue_stands_loss_is_its_overflow() -> None:
    assert verdicts([(20, 1.0), (0, 1.0)], queue_stands=True) == [FULL, CLEAR]


def test_the_lines_own_is_followed_down_and_a_little_up() -> None:
    loss = Loss()
    verdicts([(20, 1.0), (20, 0.85)], loss)
    assert loss.own == pytest.approx(0.10)
    verdicts([(24, 1.0)] * 200, loss, 2)
    assert 0.10 < loss.own <= 0.13
    verdicts([(0, 1.0)] * 30, loss, 202)
    assert loss.own < 0.001


def test_without_a_step_down_nothing_becomes_the_lines_own() -> None:
    loss = Loss()
    verdicts([(4, 1.0)] * 100, loss)
    assert loss.own == 0.0


def test_what_was_only_overtaken_is_not_lost() -> None:
    loss = Loss()
    found = []
    for n in range(40):
        found.append(loss.add(n / 10, 16, 4, 4 if n else 0, delivered=1e6, queue_stands=False, follows=True))
    assert set(found) <= {None, CLEAR}
    assert CLEAR in found


def test_few_packets_say_nothing() -> None:
    loss = Loss()
    assert [loss.add(n * 1.0, 1, 1, 0, delivered=1e4, queue_stands=False, follows=True) for n in range(10)] == [
        None
    ] * 10


def test_what_was_sent_before_a_change_is_passed_over() -> None:
    loss = Loss()
    loss.skip(10.0)
    assert loss.add(9.0, 0, 500, 0, delivered=1e6, queue_stands=False, follows=True) is None
    loss.add(10.0, 200, 0, 0, delivered=1e6, queue_stands=False, follows=True)
    assert loss.add(10.6, 0, 0, 0, delivered=1e6, queue_stands=False, follows=True) is CLEAR
