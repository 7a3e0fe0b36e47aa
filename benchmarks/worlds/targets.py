"""What the estimator is held to, on the average of the worlds and in each of them."""

from collections.abc import Iterator, Sequence
from typing import Final

from cli.simulation.judged_world import SITE
from cli.simulation.score_table import AVERAGE, YARDSTICK, Line

LIVE, SMOOTHED = 0.65, 0.40  # of the error of clamp-and-reset, on the average
COVERS: Final = (0.75, 0.85)  # of the 80 % intervals, on the average
KNOWN: Final = 0.99
# Not worse than clamp-and-reset in any world: two estimators that are equally good differ by some percent over a few
# weeks of days, and by less than half a person nobody is misled.
WORSE, PEOPLE = 1.05, 0.5


def missed(lines: Sequence[Line]) -> list[str]:
    """Return the targets that the figures of the sites do not reach, in words."""
    return [*_average(lines), *_worlds(lines)]


def _average(lines: Sequence[Line]) -> Iterator[str]:
    own = {line.estimator: line for line in lines if (line.world, line.of) == (AVERAGE, SITE)}
    for name, most in (("live", LIVE), ("smoothed", SMOOTHED)):
        beside, covers, known = own[name].beside or 0.0, own[name].coverage or 0.0, own[name].known
        if beside > most:
            yield f"{name}: {beside:.2f} of the error of {YARDSTICK}, wanted {most}"
        if not COVERS[0] <= covers <= COVERS[1]:
            wanted = f"{COVERS[0]:.0%} to {COVERS[1]:.0%}"
            yield f"{name}: the 80 % interval holds the truth in {covers:.0%} of the time, wanted {wanted}"
        if known < KNOWN:
            yield f"{name}: says nothing of {1 - known:.1%} of the time"
    rival = own["end-of-day"].beside or 0.0
    if (own["smoothed"].beside or 0.0) >= rival:
        yield f"smoothed: not better than end-of-day with {rival:.2f}"


def _worlds(lines: Sequence[Line]) -> Iterator[str]:
    yard = {line.world: line.rmse or 0.0 for line in lines if (line.estimator, line.of) == (YARDSTICK, SITE)}
    for line in lines:
        if line.of == SITE and line.world != AVERAGE and line.estimator in ("live", "smoothed"):
            limit = max(yard[line.world] * WORSE, yard[line.world] + PEOPLE)
            if (line.rmse or 0.0) > limit:
                yield f"{line.world}: {line.estimator} is off by {line.rmse:.1f}, {YARDSTICK} by {yard[line.world]:.1f}"
