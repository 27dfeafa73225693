"""What `bench estimate` prints."""

from __future__ import annotations

import msgspec
import pytest
from typer.testing import CliRunner

from bench import estimate
from bench.__main__ import app
from bench.lab.bottleneck import Line

SCENARIO = "limit 300 kbit/s"


def test_a_run_is_what_its_seed_makes_it() -> None:
    first = estimate.run(SCENARIO, 3)
    assert (first.scenario, first.seed, first.jain, first.recover_s) == (SCENARIO, 3, None, None)
    assert estimate.run(SCENARIO, 3) == first
    assert estimate.run(SCENARIO, 4) != first


def test_the_table_has_the_worst_of_each_scenario() -> None:
    good = estimate.Figures(
        scenario="a line", seed=1, mean_pct=95, p5_pct=85, max_pct=100, loss_pct=0.1, queue_ms=20, queue_p95_ms=50,
        recover_s=3.0, jain=0.99,
    )  # fmt: skip
    bad = msgspec.structs.replace(good, seed=2, mean_pct=80, p5_pct=60, loss_pct=1.9, recover_s=9.0, jain=0.91)
    assert estimate.table([good, bad]).splitlines()[2:] == [
        "| a line | 80 to 95 % | 60 % | 1.9 % | 20, 50 ms |  | 9 s | 0.91 |"
    ]


@pytest.mark.parametrize(("now", "share"), [(0.0, 1e6), (25.0, 0.4e6)])
def test_a_share_is_what_others_leave(now: float, share: float) -> None:
    line = Line(rate=((0.0, 2e6),))
    scenario = estimate.Scenario(line=line, senders=2, others=((0.0, 0.0), (20.0, 1.2e6)))
    assert scenario.share(now) == share


def test_a_scenario_that_is_not_there() -> None:
    found = CliRunner().invoke(app, ["estimate", "--only", "no such line"])
    assert found.exit_code == 2
