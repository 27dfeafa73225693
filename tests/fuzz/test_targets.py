"""Every fuzz target holds on its seeds and on a few hundred inputs made from them; the long runs are `make fuzz`."""

from __future__ import annotations

import pytest

from tests.fuzz import runner


@pytest.mark.parametrize("name", runner.names())
def test_seeds(name: str) -> None:
    target = runner.load(name)
    assert target.SEEDS
    for data in target.SEEDS:
        target.check(data)


@pytest.mark.parametrize("name", runner.names())
def test_changed_seeds(name: str) -> None:
    target = runner.load(name)
    for data in runner.changed(target.SEEDS, count=400, seed=1):
        target.check(data)
