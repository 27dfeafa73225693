"""The wheel is whole: installed alone, it serves the page to a user without rights, from anywhere."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.group import free_port

ROOT = Path(__file__).parents[2]
NOBODY = 65534


def make(*arguments: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(["make", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    make("wheel", f"DIST={folder}")
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Iterator[Path]:
    """A fresh environment, made as the Dockerfile makes it, in a place that everybody may read."""
    folder = Path(tempfile.mkdtemp(prefix="kinroom-wheel-"))
    folder.chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if name != "PIP_FIND_LINKS"}
    subprocess.run([everybodys_python(), "-m", "venv", folder / "venv"], check=True)
    for command in pip_commands():
        command = [str(wheel) if word == "dist/*.whl" else word for word in command]
        subprocess.run([folder / "venv/bin/pip", *command[1:]], cwd=ROOT, env=environment, check=True)
    yield folder / "venv"
    shutil.rmtree(folder)


def without_rights() -> dict[str, Any]:
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def everybodys_python() -> str:
    """One that a user without rights may run: root's own may lie in root's home."""
    check = "import sys, ensurepip; sys.exit(sys.version_info < (3, 11))"
    for python in (sys._base_executable, "/usr/bin/python3.11", "/usr/bin/python3"):  # type: ignore[attr-defined]
        with contextlib.suppress(OSError):
            if subprocess.run([python, "-c", check], cwd="/", check=False, **without_rights()).returncode == 0:
                return str(python)
    raise AssertionError("no Python 3.11 with ensurepip that everybody may run")


def run_lines() -> list[str]:
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    return [line.removeprefix("RUN ").strip() for line in text.splitlines() if line.startswith("RUN ")]


def pip_commands() -> list[list[str]]:
    """The Dockerfile's own, so that what is tested here is what the image gets."""
    words = [shlex.split(line) for line in run_lines()]
    found = [[Path(line[0]).name, *line[1:]] for line in words if Path(line[0]).name == "pip"]
    assert len(found) == 2
    return found


def test_the_wheel_holds_three_packages_and_the_page(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"kinroom", "rtc", "signaling"}
    assert "kinroom/page/index.html" in names
    assert any(re.fullmatch(r"kinroom/page/assets/.+\.js", name) for name in names)
    assert any(name.startswith("signaling/store/migrations/versions/") for name in names)


def test_its_packet_path_is_compiled(installed: Path) -> None:
    tell = "import rtc, rtc.core.peer; print(rtc.IS_COMPILED, rtc.core.peer.__file__)"
    command = [installed / "bin/python", "-P", "-c", tell]
    done = subprocess.run(command, cwd="/", env={}, capture_output=True, text=True, check=True)
    used, path = done.stdout.split()
    assert used == "True"
    assert path.startswith(str(installed))


def test_the_environment_has_no_codec(installed: Path) -> None:
    packages = {path.name.split("-")[0].lower() for path in installed.glob("lib/python*/site-packages/*.dist-info")}
    assert "kinroom" in packages
    assert not packages & {"av", "aiortc", "numpy", "pytest", "hatchling"}


def test_a_user_without_rights_serves_the_page_from_anywhere(installed: Path) -> None:
    home = installed.parent / "home"
    home.mkdir()
    if os.geteuid() == 0:
        os.chown(home, NOBODY, NOBODY)
    port = free_port()
    command = [installed / "bin/kinroom", "serve", "--port", str(port), "--data", home / "data"]
    with subprocess.Popen(
        [*command, "--media-host", "127.0.0.1", "--announce", "127.0.0.1"],
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "HOME": str(home)},
        stderr=subprocess.PIPE,
        text=True,
        **without_rights(),
    ) as server:
        try:
            assert server.stderr is not None
            log = list(itertools.takewhile(lambda line: "event=ready" not in line, server.stderr))
            assert server.poll() is None, "".join(log)
            assert fetch(f"http://127.0.0.1:{port}/readyz")
            page = fetch(f"http://127.0.0.1:{port}/").decode()
            scripts = re.findall(r'(?:src|href)="(/assets/[^"]+)"', page)
            assert scripts
            assert all(fetch(f"http://127.0.0.1:{port}{script}") for script in scripts)
            assert os.stat(f"/proc/{server.pid}").st_uid != 0
            assert (home / "data/operator.key").stat().st_mode & 0o777 == 0o600
        finally:
            server.terminate()
        assert server.wait(5) == 0


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as response:
        return bytes(response.read())


def test_both_commands_start(installed: Path) -> None:
    for command in (["bin/kinroom"], ["bin/python", "-m", "kinroom"], ["bin/python", "-m", "kinroom.cli"]):
        told = subprocess.run(
            [installed / command[0], *command[1:], "--version"], cwd="/", capture_output=True, text=True, check=True
        )
        assert re.fullmatch(r"kinroom \d+\.\d+\.\d+\n", told.stdout)


def test_bots_say_what_they_miss(installed: Path) -> None:
    command = [installed / "bin/kinroom", "bots", "--link", "http://localhost:1/join#x"]
    told = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    assert told.returncode == 2
    assert "pip install kinroom[bots]" in told.stderr


def test_the_dockerfile_builds_by_make_alone() -> None:
    """docker cannot run here, so its steps are the ones that these tests run."""
    building = [line for line in run_lines() if not re.match(r"\S*pip |python -m venv |useradd |apt-get ", line)]
    assert building == ["make web", "make wheel"]


def test_the_dockerfile_runs_without_rights_and_tells_its_health() -> None:
    text = (ROOT / "Dockerfile").read_text()
    last = text[text.rindex("\nFROM ") :]
    users = re.findall(r"^USER (\S+)$", last, re.MULTILINE)
    assert users == ["kinroom"]
    assert "useradd --system" in last
    assert "/readyz" in re.search(r"^HEALTHCHECK(?:.*\\\n)*.*$", last, re.MULTILINE).group()  # type: ignore[union-attr]
    assert 'ENTRYPOINT ["kinroom"]' in last
    assert "RUN make" not in last


def test_the_image_gets_every_file_that_it_copies() -> None:
    """`.dockerignore` lets only the named through."""
    text = (ROOT / "Dockerfile").read_text()
    copied = {
        word.rstrip("/")
        for line in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)
        for word in line.split()
    }
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignored[0] == "*"
    assert copied == {line.removeprefix("!") for line in ignored if line.startswith("!")}
    assert all((ROOT / name).exists() for name in copied)


def test_the_servers_lock_is_part_of_the_whole() -> None:
    def pins(name: str) -> dict[str, str]:
        found = re.findall(r"^([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==(\S+)", (ROOT / name).read_text(), re.MULTILINE)
        return dict(found)

    whole, part = pins("requirements.lock"), pins("requirements-server.lock")
    assert part
    assert part.items() <= whole.items()
    for name in ("requirements.lock", "requirements-server.lock"):
        assert "://" not in (ROOT / name).read_text()  # no addresses
