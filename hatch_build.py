"""Builds what of the packet path is not Python: with each install, as the build backend's hook.

The C kernel (`rtc/shell/*.c`) by the machine's C compiler; `python hatch_build.py` builds it in place. The modules in
`COMPILED` by mypyc, which takes minutes: into wheels, and in place by `python hatch_build.py modules`. Where either
fails, the same code runs in Python.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run as a program
    BuildHookInterface = object

ROOT = Path(__file__).resolve().parent
SHELL = ROOT / "rtc" / "shell"
SOURCES = tuple(sorted(SHELL.glob("*.c")))
LIBRARY = SHELL / "_kernel.so"
FLAGS = ("-std=gnu11", "-O2", "-Wall", "-Wextra", "-shared", "-fPIC")

# What runs for every packet or report. Not here: what msgspec decodes (it needs a class as Python makes it), what only
# SDP and STUN need, and `steps`. Of the shell, what cost less by it.
NOT_COMPILED = [
    "__init__",
    "changes",
    "description",
    "frozen",
    "lines",
    "model",
    "negotiation",
    "sdp",
    "stats",
    "steps",
    "stun",
    "vp8",
]
COMPILED_OF_SHELL = ["endpoint", "express", "kernel", "media", "relay", "sending", "worker"]
COMPILED = (
    *(
        path
        for folder in ("core", "wire")
        for path in sorted((ROOT / "rtc" / folder).glob("*.py"))
        if path.stem not in NOT_COMPILED
    ),
    *(SHELL / f"{name}.py" for name in COMPILED_OF_SHELL),
)


def build() -> bool:
    """Whether the library is there afterwards, built from these sources."""
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None or sys.platform != "linux":
        return _without("there is no C compiler")
    # Renamed when done: a worker that starts meanwhile never loads half of it.
    unfinished = LIBRARY.with_suffix(f".{os.getpid()}")
    done = subprocess.run([*compiler.split(), *FLAGS, "-o", str(unfinished), *map(str, SOURCES)], check=False)
    if done.returncode:
        unfinished.unlink(missing_ok=True)
        return _without("the C kernel did not build")
    unfinished.rename(LIBRARY)
    return True


def _without(reason: str) -> bool:
    LIBRARY.unlink(missing_ok=True)  # one of another source would be worse than none
    print(f"{reason}: the packet path will run in Python alone", file=sys.stderr)
    return False


def build_modules() -> bool:
    """Whether the compiled modules are there afterwards, of these sources."""
    compiled = _load_compiled()
    fingerprint = compiled.fingerprint()
    wanted = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in COMPILED}
    if compiled.built_from() == fingerprint and compiled.modules().keys() == {*wanted, compiled.LIBRARY}:
        return True
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "compile", folder]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
        shutil.rmtree(compiled.FOLDER, ignore_errors=True)
        if done.returncode:
            print("mypyc did not compile the packet path: it will run in Python", file=sys.stderr)
            return False
        built = Path(folder) / "lib"
        compiled.FOLDER.mkdir()
        for library in built.rglob("*.so"):
            shutil.move(library, compiled.FOLDER / ".".join(library.relative_to(built).parts))
    (compiled.FOLDER / compiled.SOURCES).write_text(fingerprint)
    return True


def _compile(folder: str) -> None:
    """In a process of its own: setuptools takes over the one that it is called in."""
    from mypyc.build import mypycify
    from setuptools import setup

    sources = [str(path.relative_to(ROOT)) for path in COMPILED]
    target = str(Path(folder) / "c")
    setup(
        name="rtc",
        packages=[],
        ext_modules=mypycify(["--strict", *sources], group_name=_load_compiled().GROUP, target_dir=target),
        script_args=["--quiet", "build_ext", "--build-lib", f"{folder}/lib", "--build-temp", f"{folder}/objects"],
    )


def _load_compiled() -> ModuleType:
    """`rtc/compiled.py` alone: the package needs what is not installed yet."""
    spec = importlib.util.spec_from_file_location("compiled", ROOT / "rtc" / "compiled.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class KernelHook(BuildHookInterface):  # type: ignore[misc]  # hatchling has no types where it is not installed
    """A wheel with the C kernel alone is for this platform and any Python, which it knows nothing of; with compiled
    modules, for this Python.
    """

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel":
            return
        if build():
            build_data["artifacts"].append(str(LIBRARY.relative_to(ROOT)))
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"
        if version != "editable" and build_modules():
            build_data["artifacts"].append("rtc/_compiled/*")
            build_data["pure_python"] = False
            build_data["infer_tag"] = True
            build_data.pop("tag", None)


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            sys.exit(not build())
        case ["modules"]:
            sys.exit(not build_modules())
        case ["compile", folder]:
            _compile(folder)
        case _:
            sys.exit(f"usage: {sys.argv[0]} [modules]")
