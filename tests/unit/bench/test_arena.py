"""Without root or Janus, Kinroom is measured alone, and one line says why."""

from __future__ import annotations

import pytest

from bench import forward
from bench.lab import janus, netns


@pytest.fixture
def no_leftovers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(netns, "remove_leftovers", list)


def test_without_janus(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(janus.shutil, "which", lambda _: None)
    with forward.arena() as host:
        assert host is None
    assert capsys.readouterr().err == "Kinroom alone: Janus is not installed (apt-get install janus)\n"


@pytest.mark.usefixtures("no_leftovers")
def test_without_root(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(janus, "missing", lambda: "")
    monkeypatch.setattr(netns.os, "geteuid", lambda: 1000)
    with forward.arena() as host:
        assert host is None
    error = capsys.readouterr().err
    assert error.startswith("Kinroom alone: network namespaces need root")
    assert error.count("\n") == 1
