"""How far a changed counter moves the growth that is told, beside its stated error; how often a step is seen in vain.

    python -m benchmarks.bridge [SEEDS] [--write]

Simulated houses of one to four doors over two years; one counter begins to count 8 % more on some day, or sensors that
count -10 to +10 % more replace a gate of which counts were imported.
"""

import argparse
from collections.abc import Iterator
from math import sqrt

from benchmarks._page import write_tables
from benchmarks.worlds.method_breaks import moved, replaced


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


def table_of_gates(seeds: int) -> Iterator[str]:
    """Yield a row for each kind of building and of overlap."""
    yield "| doors | days side by side | growth off, bridged | as counted | stated error | beyond it | 80 % held |"
    yield "|---|---|---|---|---|---|---|"
    for doors in (1, 3):
        for beside in (0, 7, 28):
            told = [replaced(seed, doors, beside) for seed in range(seeds)]
            off = sqrt(sum((t.growth.bridged - t.truth) ** 2 for t in told) / seeds)
            plain = sqrt(sum((t.growth.counted - t.truth) ** 2 for t in told) / seeds)
            error = sum(t.growth.error for t in told) / seeds
            beyond = sum(abs(t.growth.bridged - t.truth) > t.growth.error for t in told) / seeds
            held = sum(abs(t.bridge.size - t.ratio) < 1.2816 * t.bridge.se for t in told) / seeds
            yield f"| {doors} | {beside} | {off:.2%} | {plain:.2%} | {error:.2%} | {beyond:.1%} | {held:.0%} |"


def main() -> None:
    """Print the table, and write it into the documentation if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("seeds", type=int, nargs="?", default=100)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    tables = {"gates": "\n".join(table_of_gates(asked.seeds)), "results": "\n".join(table(asked.seeds))}
    print("\n\n".join(tables.values()))
    if asked.write:
        write_tables("method-breaks", tables)


if __name__ == "__main__":
    main()
