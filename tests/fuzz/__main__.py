"""Play many random scripts, and print the shortest form of those that fail."""

from __future__ import annotations

import argparse
import sys

from .hunting import hunt


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--phones", type=int, default=500, help="built by hand")
    parser.add_argument("--lives", type=int, default=300, help="sequences of live()")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--most", type=int, default=20, help="stop after these faults")
    asked = parser.parse_args()
    phones, lives = range(asked.phones), range(asked.lives)
    faults, lines, refused = hunt(phones, lives, asked.seed, most=asked.most)
    for fault in faults:
        print(fault, end="\n\n")
    print(f"{lines} lines, {refused} of them refused, {len(faults)} kinds of fault")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
