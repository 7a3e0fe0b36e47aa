"""How far a changed counter moves the growth that is told, beside its stated error; how often a step is seen in vain.

    python -m benchmarks.bridge [SEEDS] [--write]

Simulated houses of one to four doors over two years; one counter begins to count 8 % more on some day, or sensors that
count -10 to +10 % more replace a gate of which counts were imported.
"""

from collections.abc import Iterator, Sequence
from math import sqrt
from statistics import mean

from benchmarks._page import main
from benchmarks.worlds.method_breaks import Moved, Replaced, moved, replaced


def table(seeds: int) -> Iterator[str]:
    """Yield a row for each kind of building and of change."""
    yield "| doors | the change is | growth off, bridged | as counted | stated error | beyond it | steps found |"
    yield "|---|---|---|---|---|---|---|"
    for doors in (1, 2, 3, 4):
        for how in ("level", "overlap", "unknown", "none"):
            told = [moved(seed, doors, how) for seed in range(seeds)]
            seen = sum(t.found for t in told) / seeds
            yield f"| {doors} | {how} | {_errors(told)} | {seen:.1%} |"


def _errors(told: Sequence[Moved] | Sequence[Replaced]) -> str:
    """Return how far growth is off, bridged and as counted, the stated error, and how often it is beyond that."""
    off, plain = (
        sqrt(mean((getattr(t.growth, how) - t.truth) ** 2 for t in told)) for how in ("bridged", "counted")
    )
    beyond = mean(abs(t.growth.bridged - t.truth) > t.growth.error for t in told)
    return f"{off:.2%} | {plain:.2%} | {mean(t.growth.error for t in told):.2%} | {beyond:.1%}"


def table_of_gates(seeds: int) -> Iterator[str]:
    """Yield a row for each kind of building and of overlap."""
    yield "| doors | days side by side | growth off, bridged | as counted | stated error | beyond it | 80 % held |"
    yield "|---|---|---|---|---|---|---|"
    for doors in (1, 3):
        for beside in (0, 7, 28):
            told = [replaced(seed, doors, beside) for seed in range(seeds)]
            held = sum(abs(t.bridge.size - t.ratio) < 1.2816 * t.bridge.se for t in told) / seeds
            yield f"| {doors} | {beside} | {_errors(told)} | {held:.0%} |"


if __name__ == "__main__":
    main(
        "method-breaks", __doc__, 100, lambda seeds: {"gates": table_of_gates(seeds), "results": table(seeds)}
    )
