"""Whether faulty sensors are found and named, and how often a sound one is: `python -m benchmarks.quality`.

Each case is 30 simulated business days of a site, with the simulator's own fallible sensors, in which one sensor
becomes faulty in the middle (a double one is there from the start). The detectors look at the end of every business day
from the eighth on, and at noon in the first days of a fault. A case is named if a finding names the faulty sensor
before the month is over; any finding of another sensor, and any in a month without a fault, is a false alarm, counted
once a month.

`--write` renews the table in docs/reference/results-sensor-quality.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks._page import main
from benchmarks.worlds.faulty_sensors import KINDS, Case, case, small
from besok.analytics.quality.detect import detect
from besok.model import sitefile
from besok.model.site import SiteFile
from cli.simulation.watched import cut

EXAMPLE: Final = Path(__file__).parents[1] / "sites" / "helsingborg.toml"
FIRST_DAY, NOON, NOONS = (
    8,
    40,
    4,
)  # business days that are needed; steps from the day's beginning; days of a fault
SEED = 1000  # the first of the seeds; others than those that the thresholds were tried on
WHAT: Final = {
    "": "nothing",
    "silent": "says nothing any more",
    "flapping": "away for half an hour to two hours, again and again",
    "stuck": "repeats its last message",
    "blind": "counts nobody",
    "half-blind": "misses 40 to 70 % of the people",
    "drifting": "over ten days it comes to miss 50 to 80 %",
    "biased": "misses 8 to 20 % of those who go one way",
    "swapped": "takes in for out",
    "double": "a second counter over the same door",
    "impossible": "three counts of thousands in a quarter",
    "night": "counts a few people each quarter of the night",
    "ghost": "a camera or presence sensor that always sees somebody",
    "stuck-gauge": "a camera that shows the same number",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a case: after how many days the faulty sensor was named (None: not), as what, and false alarms."""

    site: str
    seed: int
    days: float | None
    called: str
    false: tuple[tuple[str, str], ...]  # kind and device


def sites() -> list[tuple[SiteFile, int]]:
    """Return the library and the park of the example, and three libraries of other shapes."""
    example = sitefile.parse(EXAMPLE.read_text("utf-8"), EXAMPLE.name)
    return [(example, 0), (example, 1), (small(2, 3), 0), (small(1, 2), 0), (small(3, 5), 0)]


def fits(kind: str, place: tuple[SiteFile, int]) -> bool:
    """Tell whether the site has a sensor that can be faulty in this way: the park's camera rarely sees anybody."""
    return not (kind == "stuck-gauge" and place[0].sites[place[1]].kind == "park")


def judge(found: Case, site: str, seed: int) -> Outcome:
    """Look at a case day by day."""
    days: float | None = None
    called = ""
    false: dict[tuple[str, str], None] = {}
    begin = found.fault.step if found.fault else 0
    ends = [day * 96 for day in range(FIRST_DAY, len(found.seen.dates))]
    noons = [day * 96 + NOON for day in range(begin // 96, begin // 96 + NOONS)] if found.fault else []
    for step in (
        s for s in sorted([*ends, *noons, len(found.seen)]) if not found.fault or s > max(begin, ends[0] - 1)
    ):
        for finding in detect(found.house, cut(found.seen, step)):
            named = {finding.device, finding.evidence.get("other_device")}
            if found.fault and found.fault.device in named:
                days, called = (days, called) if called else ((step - begin) / 96, finding.kind)
            else:
                false[finding.kind, finding.device] = None
    return Outcome(site=site, seed=seed, days=days, called=called, false=tuple(false))


def outcomes(kind: str, seeds: Sequence[int], places: Sequence[tuple[SiteFile, int]]) -> Iterator[Outcome]:
    """Yield the cases of a kind at all sites."""
    for seed in seeds:
        for place in places:
            if fits(kind, place):
                yield judge(case(*place, seed, kind), place[0].sites[place[1]].id, seed)


def table(number: int) -> Iterator[str]:
    """Yield the table of the documentation, line by line, of so many worlds for each site and fault."""
    seeds = range(SEED, SEED + number)
    yield f"{number} seeds for each of five sites.\n"
    yield "| fault | what it is | cases | named | days until then (median) | called | false alarms a month |"
    yield "|---|---|--:|--:|--:|---|--:|"
    every: list[Outcome] = []
    for kind in ("", *KINDS):
        found = list(outcomes(kind, seeds, sites()))
        false = sum(len(o.false) for o in found) / len(found)
        if not kind:
            yield f"| none | {WHAT[kind]} | {len(found)} | | | | {false:.2f} |"
            continue
        every += found
        named = [o for o in found if o.called]
        called = sorted({o.called for o in named}, key=lambda k: -sum(o.called == k for o in named))
        when = median(o.days for o in named if o.days is not None)
        share = len(named) / len(found)
        yield f"| {kind} | {WHAT[kind]} | {len(found)} | {share:.0%} | {when:.1f} | {', '.join(called)} | {false:.2f} |"
    named_all = sum(bool(o.called) for o in every) / len(every)
    yield f"| all | | {len(every)} | {named_all:.0%} | | | {sum(len(o.false) for o in every) / len(every):.2f} |"


if __name__ == "__main__":
    main("sensor-quality", __doc__, 2, lambda seeds: {"results": table(seeds)})
