"""The house keeps its shape: who may import whom (DESIGN.md section 3, docs/architecture.md), read from the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
OURS = ("kinroom", "rtc", "signaling")


class Import(NamedTuple):
    module: str  # who imports
    target: str  # full name of what is imported, e.g. rtc.core.model
    where: str  # file:line


def module_name(path: Path) -> str:
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path, source: str | None = None) -> Iterator[Import]:
    """All imports, also those within functions. `from a import b` counts as a.b: b may be a module."""
    name = module_name(path)
    for node in ast.walk(ast.parse(source if source is not None else path.read_text())):
        where = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
        match node:
            case ast.Import(names=names):
                for alias in names:
                    yield Import(name, alias.name, where)
            case ast.ImportFrom(module=base, names=names, level=level):
                for alias in names:
                    yield Import(name, f"{resolve(path, base, level)}.{alias.name}", where)


def resolve(path: Path, base: str | None, level: int) -> str:
    if level == 0:
        return base or ""
    package = module_name(path.parent / "__init__.py").split(".")
    return ".".join([*package[: len(package) - level + 1], *([base] if base else [])])


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def files(*packages: str) -> list[Path]:
    found = [path for package in packages for path in (ROOT / package.replace(".", "/")).rglob("*.py")]
    assert found, packages
    return sorted(found)


SOURCES = files(*OURS)
IMPORTS = [found for path in SOURCES for found in imports_of(path)]

# Time is an argument, chance is an argument, what must be done is returned: so every decision can be tested under a
# virtual clock, without a socket and without luck.
PURE = ("rtc.wire", "rtc.core", "signaling.core", "signaling.telemetry")
IMPURE = ("asyncio", "time", "random", "secrets", "socket", "aiohttp", "threading", "subprocess", "uvloop", "select")

# who -> what it may import of ours, and why nothing else
ALLOWED: dict[str, tuple[tuple[str, ...], str]] = {
    "rtc.wire": (("rtc.wire",), "bytes and values know nobody"),
    "rtc.core": (("rtc.core", "rtc.wire"), "decisions know bytes, not sockets"),
    "rtc.compiled": ((), "it comes before everything that may be compiled"),
    "rtc.shell": (
        ("rtc.shell", "rtc.core", "rtc.wire", "rtc.compiled"),
        "the media plane knows nothing of HTTP, sessions or people",
    ),
    "signaling.core": (("signaling.core", "signaling.protocol"), "a pure state machine, whoever serves it"),
    "signaling.codec": (("signaling.protocol",), "text to message and back, whoever sends it"),
    "signaling.schema": (("signaling.protocol",), "the page's types and the document come from the shapes alone"),
    "signaling.diagrams": (("signaling.core",), "the pictures are drawn from the tables alone"),
    "signaling.store": (("signaling.store", "signaling.core"), "records are about the session only"),
    "signaling.telemetry": (("signaling.telemetry", "signaling.core"), "diagnosis is numbers in, findings out"),
    "signaling.protocol": ((), "the messages' shapes lean on nothing, so that the page's types come from them alone"),
    "signaling.shell": (("signaling", "rtc"), "the control plane never reaches up into the composition root"),
    "kinroom": (OURS, "the composition root may know all, but not tests or bench"),
}


@pytest.mark.parametrize("package", ALLOWED)
def test_dependencies_point_inwards(package: str) -> None:
    allowed, reason = ALLOWED[package]
    wrong = [
        f"{found.where} imports {found.target}: {reason}"
        for found in IMPORTS
        if within(found.module, package)
        and within(found.target, *OURS, "tests", "bench")
        and not within(found.target, *allowed)
    ]
    assert not wrong, "\n".join(wrong)


def test_every_module_falls_under_a_rule() -> None:
    covered = (*ALLOWED, "rtc", "signaling")
    packages = {"rtc", "signaling"}  # their __init__ files: a façade and nothing
    for path in SOURCES:
        name = module_name(path)
        assert within(name, *covered)
        assert within(name, *ALLOWED) or name in packages, f"{name} has no rule: add one to ALLOWED"


def test_pure_packages_read_no_clock_and_do_no_io() -> None:
    wrong = [
        f"{found.where} imports {found.target}"
        for found in IMPORTS
        if within(found.module, *PURE) and within(found.target, *IMPURE)
    ]
    assert not wrong, "\n".join(wrong)


def test_pure_packages_call_no_clock_through_the_back_door() -> None:
    """`datetime.now()` and `os.urandom()` are a clock and a die too."""
    wrong = []
    for path in SOURCES:
        if not within(module_name(path), *PURE):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in (
                "now",
                "utcnow",
                "urandom",
                "uuid4",
            ):
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} calls {ast.unparse(node.func)}")
    assert not wrong, "\n".join(wrong)


def test_only_the_bots_load_codecs() -> None:
    """The server never decodes, so it cannot record: no module of it even loads a codec (0.3 s and 60 MB besides)."""
    wrong = [
        f"{found.where} imports {found.target}"
        for found in IMPORTS
        if within(found.target, "aiortc", "av", "numpy") and not within(found.module, "kinroom.bots")
    ]
    assert not wrong, "\n".join(wrong)


def test_bots_are_imported_by_nothing_of_the_server() -> None:
    importers = {found.module for found in IMPORTS if within(found.target, "kinroom.bots")}
    assert {name for name in importers if not within(name, "kinroom.bots")} <= {"kinroom.cli"}
    tree = ast.parse((ROOT / "kinroom/cli.py").read_text())
    at_import = [found for node in tree.body for found in ast.walk(node) if not isinstance(node, ast.FunctionDef)]
    names = [node.module for node in at_import if isinstance(node, ast.ImportFrom)]
    assert not [name for name in names if name and within(name, "kinroom.bots")]


def test_the_media_plane_is_used_through_its_facade_only() -> None:
    wrong = [
        f"{found.where} imports {found.target}"
        for found in IMPORTS
        if within(found.target, "rtc.core", "rtc.shell", "rtc.wire") and not within(found.module, "rtc")
    ]
    assert not wrong, "\n".join(wrong)


def test_settings_are_read_in_one_place() -> None:
    """`kinroom/config.py` is the only reader of settings; everything else is given values."""
    wrong = []
    for path in SOURCES:
        # `child` hands it on to its process unread; `compiled` comes before there are settings.
        if module_name(path) in ("kinroom.config", "rtc.shell.child", "rtc.compiled"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and ast.unparse(node) in ("os.environ", "os.getenv"):
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} reads {ast.unparse(node)}")
    assert not wrong, "\n".join(wrong)


def test_nobody_imports_tests_or_bench() -> None:
    wrong = [f"{found.where} imports {found.target}" for found in IMPORTS if within(found.target, "tests", "bench")]
    assert not wrong, "\n".join(wrong)


def test_private_bindings_stay_in_one_file_each() -> None:
    """libsrtp's and libc's raw calls: pinned versions, one file each, a contract test on it."""
    for target in ("pylibsrtp._binding", "cffi"):
        users = {found.module for found in IMPORTS if within(found.target, target)}
        assert len(users) <= 1, f"{target} is used in {sorted(users)}"
    readers = {found.module for found in IMPORTS if within(found.target, "aioice")} - {
        "kinroom.bots.aiortc_seams"  # its own reason stands there
    }
    assert readers <= {"rtc.wire.stun"}, readers


# Modules that hold no decision of their own; each is run by tests that go through them.
NOT_TESTED_BY_NAME = {
    "kinroom.__main__": "tests/integration/test_wheel.py runs `python -m kinroom`",
    "kinroom.cli": "tests/integration/test_bots.py and test_signaling_serve.py run it as a command",
    "kinroom.bots.group": "tests/integration/test_bots.py runs it as a command",
    "signaling.telemetry": "empty: the place where samples and diagnosis will live",
    "signaling.store.migrations": "alembic reads the folder whenever a store is opened",
    "signaling.store.migrations.env": "alembic runs it",
    "signaling.store.migrations.versions": "alembic reads the folder",
    "signaling.store.migrations.versions.m0001_sessions": "alembic runs it; tests/unit/signaling/store compares",
    "signaling.store.migrations.versions.m0002_groups": "alembic runs it; test_migrations.py carries a database over",
}


def test_every_module_is_imported_by_a_test_or_by_a_tested_module() -> None:
    """A module that no test reaches, even through others, is dead or untested."""
    reached = {found.target for path in files("tests") for found in imports_of(path)}
    modules = {module_name(path) for path in SOURCES}
    graph = {name: {found.target for found in IMPORTS if found.module == name} for name in modules}
    todo = [name for name in modules if any(within(target, name) for target in reached)]
    seen = set(todo)
    while todo:
        for target in graph[todo.pop()]:
            for name in modules:
                if name not in seen and within(target, name):
                    seen.add(name)
                    todo.append(name)
    missing = modules - seen - set(NOT_TESTED_BY_NAME)
    assert not missing, sorted(missing)


@pytest.mark.parametrize(
    ("source", "targets"),
    [
        ("import time", ["time"]),
        ("def f():\n    from aiohttp import web", ["aiohttp.web"]),
        ("from rtc.core import model", ["rtc.core.model"]),
        ("from . import seqnum", ["rtc.wire.seqnum"]),
        ("from .seqnum import delta", ["rtc.wire.seqnum.delta"]),
        ("from ..core.model import Mid", ["rtc.core.model.Mid"]),
        ("if TYPE_CHECKING:\n    import socket", ["socket"]),
    ],
)
def test_the_reader_sees_every_form_of_import(source: str, targets: list[str]) -> None:
    assert [found.target for found in imports_of(ROOT / "rtc/wire/example.py", source)] == targets
