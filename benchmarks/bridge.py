"""How far a changed counter moves the growth that is told, beside its stated error; how often a step is seen in vain.

    python -m benchmarks.bridge [SEEDS] [--write]

Simulated houses of one to four doors over two years; one counter begins to count 8 % more on some day.
"""

import argparse
from collections.abc import Iterator
from math import sqrt

from benchmarks._page import write_tables
from benchmarks.worlds.method_breaks import moved


def table(seeds: int) -> Iterator[str]:
    """Yield a row for each kind of building and of change."""
    yield "| doors | the change is | growth off, bridged | as counted | stated error | beyond it | steps found |"
    yield "|---|---|---|---|---|---|---|"
    for doors in (1, 2, 3, 4):
        for how in ("level", "overlap", "unknown", "none"):
            told = [moved(seed, doors, how) for seed in range(seeds)]
            off = sqrt(sum((t.growth.bridged - t.truth) ** 2 for t in told) / seeds)
            plain = sqrt(sum((t.growth.counted - t.truth) ** 2 for t in told) / seeds)
            error = sum(t.growth.error for t in told) / seeds
            beyond = sum(abs(t.growth.bridged - t.truth) > t.growth.error for t in told) / seeds
            seen = sum(t.found for t in told) / seeds
            yield f"| {doors} | {how} | {off:.2%} | {plain:.2%} | {error:.2%} | {beyond:.1%} | {seen:.1%} |"


def main() -> None:
    """Print the table, and write it into the documentation if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("seeds", type=int, nargs="?", default=100)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    lines = list(table(asked.seeds))
    print("\n".join(lines))
    if asked.write:
        write_tables("method-breaks", {"results": "\n".join(lines)})


if __name__ == "__main__":
    main()
