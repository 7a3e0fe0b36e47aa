"""How good the verdicts on sensors are: `python -m benchmarks.calibration [worlds] [--write]`.

Sensors of known accuracy are counted beside, many times over: groups that are missed and doubled together, accuracy
that differs from one session to the next. The table says how often the 95 % interval holds the true accuracy, and how
often a factor is proposed. `make calibration` runs it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks._page import main
from besok.analytics.calibration import Session, accuracy
from besok.model.validation import Accuracy

QUARTER_S = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """What a sensor does wrong: shares of people missed and doubled, half of them in whole groups of mean size
    `group`.
    """

    missed: float
    doubled: float
    group: float
    session_sd: float

    @property
    def accuracy(self) -> float:
        """Counted / real in the long run."""
        return (1 - self.missed) * (1 + self.doubled)


def session(rng: np.random.Generator, sensor: Sensor, people: float) -> Session:
    """Return a quarter of an hour in which about `people` pass in groups."""
    sizes = 1 + rng.poisson(sensor.group - 1, size=rng.poisson(people / sensor.group))
    shift = rng.normal(0, sensor.session_sd)
    missed, doubled = max(sensor.missed - shift, 0.0), sensor.doubled + max(shift - sensor.missed, 0.0)
    whole = rng.random(len(sizes)) < missed / 2
    seen = np.where(whole, 0, rng.binomial(sizes, 1 - missed / 2 / (1 - missed / 2)))
    twice = np.where(rng.random(len(sizes)) < doubled, seen, 0)
    return Session(counted=float(sizes.sum()), device=float((seen + twice).sum()), seconds=QUARTER_S)


def judged(
    rng: np.random.Generator, missed: tuple[float, ...], sessions: tuple[int, int], worlds: int
) -> Iterator[tuple[Sensor, Accuracy]]:
    """Sensors of random kinds, with what their counts said."""
    for _ in range(worlds):
        sensor = Sensor(
            missed=float(rng.choice(missed)),
            doubled=float(rng.choice([0.0, 0.01])) if missed != (0.0,) else 0.0,
            group=float(rng.uniform(1, 2.2)),
            session_sd=float(rng.uniform(0, 0.03)),
        )
        people = float(rng.uniform(20, 150))
        number = int(rng.integers(sessions[0], sessions[1] + 1))
        yield sensor, accuracy([session(rng, sensor, people) for _ in range(number)])


def table(worlds: int) -> Iterator[str]:
    """Yield a row for each share of people missed and each number of sessions."""
    rng = np.random.default_rng(1)
    yield "| misses | sessions | interval holds | factor proposed | called good | width |"
    yield "|---|---|---|---|---|---|"
    for missed in ((0.0,), (0.01, 0.03), (0.05,), (0.1,), (0.2,)):
        for sessions in ((1, 1), (3, 5), (8, 10)):
            found = list(judged(rng, missed, sessions, worlds))
            holds = np.mean(
                [a.lower <= s.accuracy <= a.upper for s, a in found if a.lower is not None and a.upper]
            )
            factor, good = (np.mean([a.verdict == word for _, a in found]) for word in ("factor", "good"))
            width = np.mean([(a.upper or 0) - (a.lower or 0) for _, a in found])
            name, number = ", ".join(f"{m:.0%}" for m in missed), "-".join(map(str, sorted(set(sessions))))
            yield f"| {name} | {number} | {holds:.1%} | {factor:.1%} | {good:.1%} | {width:.2f} |"


if __name__ == "__main__":
    main("calibration", __doc__, 300, lambda worlds: {"results": table(worlds)})
