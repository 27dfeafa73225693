from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import pytest

from bench.lab.netns import ADDRESS, NamespaceError, namespace, remove_leftovers

# A developer without root can do without; CI cannot.
needs_root = pytest.mark.skipif(os.geteuid() != 0 and not os.environ.get("CI"), reason="network namespaces need root")


@needs_root
def test_sockets_made_inside_see_only_the_namespace() -> None:
    with namespace("kinroom-test") as inside:
        server = inside.socket()
        server.bind((ADDRESS, 0))
        server.listen()
        client = inside.socket()
        client.connect(server.getsockname())
        outside = socket.socket()
        outside.settimeout(0.2)
        with pytest.raises(OSError):  # noqa: PT011 (refused, unreachable or timed out: the machine decides)
            outside.connect(server.getsockname())
        for one in (client, server, outside):
            one.close()


@needs_root
def test_has_a_default_route() -> None:
    with namespace("kinroom-test") as inside:
        shown = subprocess.run(inside.command("ip", "route", "get", "192.0.2.1"), capture_output=True, text=True)
        assert f"src {ADDRESS}" in shown.stdout


@needs_root
def test_the_end_kills_what_runs_inside_and_removes_the_name() -> None:
    with namespace("kinroom-test") as inside:
        child = subprocess.Popen(inside.command("sleep", "60"))
        path = Path("/run/netns", inside.name)
        assert path.exists()
    assert child.wait(timeout=1) != 0
    assert not path.exists()


@needs_root
def test_leftovers_of_the_dead_are_removed_and_those_of_the_living_kept() -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    leftover = f"kinroom-test-{dead.pid}-abcdef"
    subprocess.run(["ip", "netns", "add", leftover], check=True)
    with namespace("kinroom-test") as alive:
        assert remove_leftovers("kinroom-test") == [leftover]
        assert Path("/run/netns", alive.name).exists()


def test_without_root_the_message_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(NamespaceError, match="root"), namespace():
        pass
