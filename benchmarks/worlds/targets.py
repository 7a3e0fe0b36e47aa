"""What the estimator is held to, on the average of the worlds and in each of them."""

from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from cli.simulation.judged_world import SITE
from cli.simulation.score_table import AVERAGE, YARDSTICK

LIVE, SMOOTHED = 0.65, 0.40  # of the error of clamp-and-reset, on the average
COVERS: Final = (0.75, 0.85)  # of the 80 % intervals, on the average
EACH_WORLD: Final = (0.70, 0.92)  # of the 80 % intervals, in each world by itself
KNOWN: Final = 0.99
# Not worse than clamp-and-reset in any world: two estimators that are equally good differ by some percent over a few
# weeks of days, and by less than half a person nobody is misled.
WORSE, PEOPLE = 1.05, 0.5


def missed(lines: pd.DataFrame) -> list[str]:
    """Return the targets that the figures of the sites do not reach, in words."""
    sites = lines[lines["of"] == SITE]
    is_average = sites["world"] == AVERAGE
    return [*_average(sites[is_average]), *_worlds(sites[~is_average])]


def _average(lines: pd.DataFrame) -> Iterator[str]:
    own: dict[str, Any] = {str(line.estimator): line for line in lines.itertuples()}
    for name, most in (("live", LIVE), ("smoothed", SMOOTHED)):
        beside, covers, known = own[name].beside, own[name].coverage, own[name].known
        if beside > most:
            yield f"{name}: {beside:.2f} of the error of {YARDSTICK}, wanted {most}"
        if not COVERS[0] <= covers <= COVERS[1]:
            wanted = f"{COVERS[0]:.0%} to {COVERS[1]:.0%}"
            yield f"{name}: the 80 % interval holds the truth in {covers:.0%} of the time, wanted {wanted}"
        if known < KNOWN:
            yield f"{name}: says nothing of {1 - known:.1%} of the time"
    rival = own["end-of-day"].beside
    if own["smoothed"].beside >= rival:
        yield f"smoothed: not better than end-of-day with {rival:.2f}"


def _worlds(lines: pd.DataFrame) -> Iterator[str]:
    errors = lines.pivot(index="world", columns="estimator", values="rmse")
    for world, error in errors.to_dict("index").items():
        yard = error[YARDSTICK]
        for name in ("live", "smoothed"):
            if error[name] > max(yard * WORSE, yard + PEOPLE):
                yield f"{world}: {name} is off by {error[name]:.1f}, {YARDSTICK} by {yard:.1f}"
