"""python -m tests.fuzz [NAME] [SECONDS]: fuzz one target, or all of them for their shares of the time."""

from __future__ import annotations

import argparse
import sys

from tests.fuzz import runner


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("name", nargs="?", choices=runner.names(), help="all targets if left out")
    parser.add_argument("seconds", nargs="?", type=int, help="as --seconds")
    parser.add_argument("--seconds", dest="total", type=int, default=60, help="of all targets together")
    arguments = parser.parse_args()
    chosen = [arguments.name] if arguments.name else runner.names()
    share = max(1, (arguments.seconds or arguments.total) // len(chosen))
    broken = [name for name in chosen if runner.fuzz(name, share) != 0]
    for name in chosen:
        print(f"{name}: {'BROKEN' if name in broken else f'held for {share} s'}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
