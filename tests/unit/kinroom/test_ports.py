from __future__ import annotations

import os
import socket
import subprocess
import sys

from kinroom.ports import describe_holder

LISTENER = (
    "import socket, sys; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True); input()"
)


def test_names_the_process_that_listens() -> None:
    with subprocess.Popen([sys.executable, "-c", LISTENER], stdin=-1, stdout=-1, text=True) as listener:
        assert listener.stdout is not None
        port = int(listener.stdout.readline())
        assert describe_holder(port).endswith(f"(process {listener.pid})")
        assert describe_holder(port).startswith("python")
        listener.communicate("\n")


def test_tells_the_module_but_no_other_argument() -> None:
    server = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "0"]
    with subprocess.Popen(
        server, stdout=-1, stderr=subprocess.DEVNULL, text=True, env={"PYTHONUNBUFFERED": "1"}
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline().split("port ")[1].split()[0])
        described = describe_holder(port)
        process.terminate()
    assert "-m http.server (process" in described
    assert "bind" not in described


def test_looks_at_ipv6_too_and_not_at_connections() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        port = server.getsockname()[1]
        assert f"(process {os.getpid()})" in describe_holder(port)
        with socket.create_connection(("::1", port)) as client:
            assert describe_holder(client.getsockname()[1]) == "a process that has just ended"
