"""Changes of the visits of past days by a change of sites or definitions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from besok.model.plurals import many
from besok.store.database import Connection, sql

SHOWN_DAYS = 31  # listed one by one
Visits = Mapping[str, Mapping[date, tuple[float, float]]]  # gross and net, by site and business day


@dataclass(frozen=True, slots=True, kw_only=True)
class Recounted:
    """The days of a site whose visits change, gross or net, and their net visits in all, before and after."""

    site: str
    days: Sequence[date]
    before: float
    after: float


def visits(conn: Connection, sites: Sequence[str]) -> Visits:
    """Return the visits of sites by business day, as far as they were counted."""
    by_site: dict[str, dict[date, tuple[float, float]]] = {}
    for site, day, gross, net in conn.execute(sql("counted_visits"), {"sites": list(sites)}):
        by_site.setdefault(site, {})[day] = (round(gross, 6), round(net, 6))
    return by_site


def compare(before: Visits, after: Visits) -> list[Recounted]:
    """Return the sites of which days have changed."""
    changes = []
    for site in dict.fromkeys((*before, *after)):
        old, new = before.get(site, {}), after.get(site, {})
        if days := sorted(day for day in {*old, *new} if old.get(day) != new.get(day)):
            sums = [sum(known[day][1] for day in days if day in known) for known in (old, new)]
            changes.append(Recounted(site=site, days=days, before=sums[0], after=sums[1]))
    return changes


def describe(changed: Sequence[Recounted], before: Visits, after: Visits) -> Iterator[str]:
    """Yield a line for each site of which days have changed, and for each day if they are few."""
    for one in changed:
        old, new, days = before.get(one.site, {}), after.get(one.site, {}), one.days
        yield (
            f"{one.site}: the visits of {many(len(days), 'day')} change, {days[0]} to {days[-1]}:"
            f" {one.before:,.0f} -> {one.after:,.0f} in all"
        )
        if len(days) <= SHOWN_DAYS:
            yield from (
                f"{one.site}: visits of {day}: {_people(old.get(day))} -> {_people(new.get(day))}"
                for day in days
            )


def _people(visits: tuple[float, float] | None) -> str:
    return "not counted" if visits is None else f"{visits[1]:,.0f}"
