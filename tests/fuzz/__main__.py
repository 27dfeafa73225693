"""python -m tests.fuzz [NAME] [SECONDS]: fuzz one target, or all of them, each for its time or a share of all."""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor

from tests.fuzz import runner


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("name", nargs="?", choices=runner.names(), help="all targets if left out")
    parser.add_argument("seconds", nargs="?", type=int, help="as --seconds")
    parser.add_argument("--seconds", dest="total", type=int, default=60, help="of all targets together")
    parser.add_argument("--each", type=int, help="seconds of each target, instead")
    parser.add_argument("--jobs", type=int, default=1, help="targets at a time")
    parser.add_argument("--seed", type=int, default=0, help="of the fuzzer's choices; 0 is another one each time")
    arguments = parser.parse_args()
    chosen = [arguments.name] if arguments.name else runner.names()
    share = arguments.each or max(1, (arguments.seconds or arguments.total) // len(chosen))
    with ThreadPoolExecutor(arguments.jobs) as pool:
        codes = list(pool.map(lambda name: runner.fuzz(name, share, arguments.seed), chosen))
    broken = [name for name, code in zip(chosen, codes, strict=True) if code != 0]
    for name in chosen:
        print(f"{name}: {'BROKEN' if name in broken else f'held for {share} s'}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
