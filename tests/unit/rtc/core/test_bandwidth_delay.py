"""When a queue is answered by less, when it is waited for, and when it is not ours."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from rtc.core.bandwidth_delay import DRAINS_WITHIN, LOOKS, SETTLES, DelayControl, Sign
from rtc.core.bandwidth_queue import LEAST, Queue

pytestmark = pytest.mark.in_python


class Fixed(Queue):
    """A queue that is as it is said to be."""

    def __init__(self, delay: float, slope: float = 0.0, noise: float = 0.0) -> None:
        super().__init__()
        self.delay, self.noise, self._slope = delay, noise, slope
        self.accepted = self.borne = 0

    @property
    def slope(self) -> float:
        return self._slope

    def accept(self) -> None:
        self.accepted += 1

    def bear_more(self) -> None:
        self.borne += 1


@pytest.mark.parametrize(
    ("queue", "sent", "sign"),
    [
        pytest.param(partial(Fixed, 0.0), 1e6, Sign.CLEAR, id="none"),
        pytest.param(partial(Fixed, 0.9 * LEAST), 1e6, Sign.WAIT, id="almost"),
        pytest.param(partial(Fixed, 1.1 * LEAST), 1e6, Sign.FULL, id="one"),
        pytest.param(partial(Fixed, 1.1 * LEAST, slope=-0.1), 1e6, Sign.WAIT, id="it drains by itself"),
        pytest.param(partial(Fixed, 1.1 * LEAST), 0.5e6, Sign.WAIT, id="we send too little to have made it"),
        pytest.param(partial(Fixed, 2.1 * LEAST), 0.5e6, Sign.FULL, id="too long for doubt"),
        pytest.param(partial(Fixed, 0.200, noise=0.010), 1e6, Sign.WAIT, id="one look under jitter"),
    ],
)
def test_signs(queue: Callable[[], Fixed], sent: float, sign: Sign) -> None:
    assert DelayControl(queue()).judge(10.0, 10.0, sent, 1e6) is sign


def test_jitter_takes_several_looks() -> None:
    control = DelayControl(Fixed(0.200, noise=0.010))
    signs = [control.judge(10.0 + n / 10, 10.0 + n / 10, 1e6, 1e6) for n in range(LOOKS)]
    assert signs == [Sign.WAIT] * (LOOKS - 1) + [Sign.FULL]


def test_what_was_sent_before_the_cut_says_nothing() -> None:
    control = DelayControl(Fixed(0.100, slope=0.5))
    control.cut(10.0)
    assert control.judge(10.3, 10.1, 1e6, 0.8e6) is Sign.WAIT
    assert control.judge(10.4, 10.0 + SETTLES, 0.8e6, 0.8e6) is Sign.FULL  # it still grows


def test_a_queue_that_does_not_drain_is_not_ours() -> None:
    queue = Fixed(0.100)
    control = DelayControl(queue)
    control.cut(10.0)
    assert control.judge(10.5, 10.4, 0.8e6, 0.8e6) is Sign.WAIT
    assert (control.drains, queue.accepted) == (True, 0)
    after = 10.0 + DRAINS_WITHIN + 0.1
    assert control.judge(after, after, 0.8e6, 0.8e6) is Sign.WAIT
    assert (control.drains, queue.accepted, queue.borne) == (False, 1, 1)


def test_a_little_that_stays_is_none() -> None:
    queue = Fixed(0.0)
    control = DelayControl(queue)
    control.judge(9.0, 9.0, 1e6, 1e6)
    queue.delay = 0.9 * LEAST
    assert control.judge(9.0 + 0.9 * DRAINS_WITHIN, 9.9, 1e6, 1e6) is Sign.WAIT
    assert queue.accepted == 0
    control.judge(9.0 + 1.1 * DRAINS_WITHIN, 10.1, 1e6, 1e6)
    assert (queue.accepted, queue.borne) == (1, 0)


def test_it_is_ours_while_what_is_sent_has_not_come_down() -> None:
    queue = Fixed(0.100)
    control = DelayControl(queue)
    control.cut(10.0)
    assert control.judge(12.0, 12.0, 1e6, 0.8e6) is Sign.FULL
    assert queue.accepted == 0


def test_drained() -> None:
    queue = Fixed(0.100)
    control = DelayControl(queue)
    control.cut(10.0)
    queue.delay = 0.0
    assert control.judge(10.1, 10.0, 1e6, 0.8e6) is Sign.CLEAR
    assert not control.drains
