"""The scores of many worlds as a table: by world, and on the average of the worlds."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from typing import Final

from cli.simulation.judge import Verdict
from cli.simulation.judged_world import SITE
from cli.simulation.occupancy_accuracy import Alerts

YARDSTICK: Final = "clamp-and-reset"  # what `beside` compares with: what most counting systems do
AVERAGE: Final = "average"
HEADS: Final = (
    "world", "of", "estimator", "known", "people", "rmse", "relative", "beside", "bias", "coverage", "missed", "false",
)  # fmt: skip
SPACES: Final = "spaces"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An estimator in a world (the mean over its seeds, and of `spaces` over those), or on the average of all worlds.

    `beside` is its error as a share of that of YARDSTICK; on the average the mean of these shares. The average has no
    people and no `rmse`, for worlds are of different size; its `bias` is the mean of the worlds' without their signs,
    as a share of the people. `alerts` are those of all together.
    """

    world: str
    of: str
    estimator: str
    known: float
    people: float | None
    rmse: float | None
    relative: float | None
    beside: float | None
    bias: float | None
    coverage: float | None
    alerts: Alerts | None


def lines(verdicts: Iterable[Verdict]) -> list[Line]:
    """By world, site and estimator; last the average of the sites, and of the spaces where worlds have any."""
    every = list(verdicts)
    found: list[Line] = []
    for world in dict.fromkeys(v.world for v in every):
        own = [v for v in every if v.world == world]
        found += _compared([_line(world, of, name, group) for of, name, group in _groups(own)])
    averages = [_average(found, of, name) for of in (SITE, SPACES) for name in _names(every)]
    return [*found, *(line for line in averages if line)]


def _names(verdicts: Sequence[Verdict]) -> list[str]:
    return list(dict.fromkeys(v.estimator for v in verdicts))


def _groups(own: Sequence[Verdict]) -> Iterator[tuple[str, str, list[Verdict]]]:
    """Group the verdicts of each line. Spaces of which an estimator knows nothing count for none, to be fair."""
    unknown = {v.space for v in own if v.accuracy.rmse is None}
    for of in (SITE, SPACES):
        for name in _names(own):
            group = [v for v in own if v.estimator == name and (v.space == SITE) == (of == SITE)]
            group = [v for v in group if v.space not in unknown]
            if group:
                yield of, name, group


def _line(world: str, of: str, name: str, group: Sequence[Verdict]) -> Line:
    alerts = [v.alerts for v in group if v.alerts]
    figures = [v.accuracy for v in group]
    return Line(
        world=world,
        of=of,
        estimator=name,
        known=sum(a.known for a in figures) / len(figures),
        people=mean(a.mean_people for a in figures),
        rmse=mean(a.rmse for a in figures),
        relative=mean(a.relative for a in figures),
        beside=None,
        bias=mean(a.bias for a in figures),
        coverage=mean(a.coverage for a in figures),
        alerts=reduce(add, alerts) if alerts else None,
    )


def _compared(found: Sequence[Line]) -> Iterator[Line]:
    yard = {line.of: line.rmse for line in found if line.estimator == YARDSTICK}
    for line in found:
        base = yard.get(line.of)
        yield replace(line, beside=line.rmse / base if base and line.rmse is not None else None)


def _average(found: Sequence[Line], of: str, name: str) -> Line | None:
    own = [line for line in found if line.of == of and line.estimator == name]
    alerts = [line.alerts for line in own if line.alerts]
    if not own:
        return None
    return Line(
        world=AVERAGE,
        of=of,
        estimator=name,
        known=sum(line.known for line in own) / len(own),
        people=None,
        rmse=None,
        relative=mean(line.relative for line in own),
        beside=mean(line.beside for line in own),
        bias=mean(
            abs(line.bias) / line.people if line.people and line.bias is not None else None for line in own
        ),
        coverage=mean(line.coverage for line in own),
        alerts=reduce(add, alerts) if alerts else None,
    )


def mean(values: Iterable[float | None]) -> float | None:
    """Return the mean of what is known; None if nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def cells(line: Line) -> tuple[str, ...]:
    """Return a line as texts, under HEADS."""
    alerts = line.alerts
    return (
        line.world, line.of, line.estimator, percent(line.known), plain(line.people), plain(line.rmse, ".2f"),
        percent(line.relative, ".1f"), plain(line.beside, ".2f"),
        percent(line.bias, ".1f") if line.world == AVERAGE else plain(line.bias, "+.1f"), percent(line.coverage),
        percent(alerts.missed / alerts.full if alerts and alerts.full else None),
        percent(alerts.false / alerts.said if alerts and alerts.said else None),
    )  # fmt: skip


def percent(value: float | None, form: str = ".0f") -> str:
    """Return a share in percent; a dash where there is none."""
    return "-" if value is None else f"{100 * value:{form}} %"


def plain(value: float | None, form: str = ".1f") -> str:
    """Return a number; a dash where there is none."""
    return "-" if value is None else f"{value:{form}}"
