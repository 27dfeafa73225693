"""What all fuzz targets share: how they are found, checked by the tests, and fuzzed for longer.

A target is a module `fuzz_<name>.py` beside this file with

    SEEDS: Sequence[bytes]         small inputs to start from: valid, odd, and whatever broke something before
    def check(data: bytes): ...    raises nothing as long as the invariant on top of the module holds

and nothing else: `test_targets.py` runs every target on its seeds and on changed seeds, `python -m tests.fuzz NAME
SECONDS` runs one under atheris, guided by what of our packages it reaches.
"""

from __future__ import annotations

import importlib
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Final

PREFIX: Final = "fuzz_"
MAX_LENGTH: Final = 4096  # bytes of one input: more than any datagram
GUIDES: Final = ("rtc", "signaling", "aioice")  # packages whose coverage leads the fuzzer


def names() -> list[str]:
    return sorted(path.stem.removeprefix(PREFIX) for path in Path(__file__).parent.glob(f"{PREFIX}*.py"))


def load(name: str) -> ModuleType:
    return importlib.import_module(f"tests.fuzz.{PREFIX}{name}")


def changed(seeds: Sequence[bytes], count: int, seed: int) -> Iterator[bytes]:
    """`count` inputs made from the seeds: cut, joined, with some bytes replaced. The same ones for the same `seed`."""
    rng = random.Random(seed)
    for _ in range(count):
        data = bytearray(rng.choice(seeds) if seeds else rng.randbytes(rng.randrange(64)))
        for _ in range(rng.randrange(1, 4)):
            _change(rng, data, seeds)
        yield bytes(data[:MAX_LENGTH])


def _change(rng: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    position = rng.randrange(len(data) + 1)
    match rng.randrange(6):
        case 0:
            del data[position:]
        case 1:
            del data[position : position + rng.randrange(1, 5)]
        case 2:
            data[position:position] = rng.randbytes(rng.randrange(1, 5))
        case 3 if seeds:
            data[position:] = rng.choice(seeds)[-rng.randrange(1, 40) :]
        case 4 if position < len(data):
            data[position] ^= 1 << rng.randrange(8)
        case _ if position < len(data):
            data[position] = rng.choice((0, 1, 0x7F, 0x80, 0xFE, 0xFF))


def fuzz(name: str, seconds: int, seed: int = 0) -> int:
    """Run one target under atheris, in a process of its own; its exit status, not 0 if the invariant broke.

    `seed` leads the fuzzer's choices; 0 is another one each time.
    """
    with tempfile.TemporaryDirectory(prefix=f"fuzz-{name}-") as folder:
        command = [sys.executable, "-m", __name__, name, str(seconds), str(seed), folder]
        done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    # What atheris counts while all is well would bury what it says when something broke.
    if done.returncode != 0:
        print(done.stdout, file=sys.stderr)
    return done.returncode


def _fuzz_here(name: str, seconds: int, choices: int, folder: str) -> None:
    import atheris  # only here: on import it hooks into the interpreter

    sys.path.insert(0, str(Path(__file__).parents[2]))
    with atheris.instrument_imports(include=list(GUIDES)):
        target = load(name)
    for index, seed in enumerate(target.SEEDS):
        Path(folder, f"seed{index}").write_bytes(seed)

    def check(data: bytes) -> None:
        try:
            target.check(data)
        except BaseException:
            print(f"\n{name}: the invariant broke on bytes.fromhex({data.hex()!r})", file=sys.stderr)
            raise

    limits = [
        f"-max_total_time={seconds}",
        f"-max_len={MAX_LENGTH}",
        f"-seed={choices}",
        "-timeout=5",
        "-verbosity=0",
        "-print_final_stats=1",
    ]
    atheris.Setup([name, *limits, f"-artifact_prefix={folder}/", folder], check)
    atheris.Fuzz()


if __name__ == "__main__":
    _fuzz_here(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
