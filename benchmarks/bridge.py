"""How far a changed counter moves the growth that is told, beside its stated error; how often a step is seen in vain.

    python -m benchmarks.bridge [SEEDS]

Simulated houses of one to four doors over two years; one counter begins to count 8 % more on some day.
"""

import sys
from math import sqrt

from benchmarks.worlds.method_breaks import moved


def main(seeds: int) -> None:
    """Print a line for each kind of house and of change."""
    print(
        "| doors | the change is | growth off, bridged | as counted | stated error | beyond it | steps found |"
    )
    print("|---|---|---|---|---|---|---|")
    for doors in (1, 2, 3, 4):
        for how in ("level", "overlap", "unknown", "none"):
            told = [moved(seed, doors, how) for seed in range(seeds)]
            off = sqrt(sum((t.growth.bridged - t.truth) ** 2 for t in told) / seeds)
            plain = sqrt(sum((t.growth.counted - t.truth) ** 2 for t in told) / seeds)
            error = sum(t.growth.error for t in told) / seeds
            beyond = sum(abs(t.growth.bridged - t.truth) > t.growth.error for t in told) / seeds
            seen = sum(t.found for t in told) / seeds
            print(
                f"| {doors} | {how} | {off:.2%} | {plain:.2%} | {error:.2%} | {beyond:.1%} | {seen:.1%} |",
                flush=True,
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
