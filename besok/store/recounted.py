"""Changes of the visits of past days by a change of sites or definitions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from besok.model.plurals import many
from besok.store.database import Connection, sql

SHOWN_DAYS = 31  # listed one by one
Visits = Mapping[str, Mapping[date, float]]  # by site and business day


@dataclass(frozen=True, slots=True, kw_only=True)
class Recounted:
    """The days of a site whose visits change, and their gross visits in all, before and after."""

    site: str
    days: Sequence[date]
    before: float
    after: float


def visits(conn: Connection, sites: Sequence[str]) -> Visits:
    """Return the gross visits of sites by business day, as far as they were counted."""
    by_site: dict[str, dict[date, float]] = {}
    for site, day, gross in conn.execute(sql("counted_visits"), {"sites": list(sites)}):
        by_site.setdefault(site, {})[day] = round(gross, 6)
    return by_site


def compare(before: Visits, after: Visits) -> list[Recounted]:
    """Return the sites of which days have changed."""
    changes = []
    for site in dict.fromkeys((*before, *after)):
        old, new = before.get(site, {}), after.get(site, {})
        if days := sorted(day for day in {*old, *new} if old.get(day) != new.get(day)):
            sums = [sum(visits_of.get(day, 0) for day in days) for visits_of in (old, new)]
            changes.append(Recounted(site=site, days=days, before=sums[0], after=sums[1]))
    return changes


def describe(changed: Sequence[Recounted], before: Visits, after: Visits) -> Iterator[str]:
    """Yield a line for each site of which days have changed, and for each day if they are few."""
    for one in changed:
        old, new, days = before.get(one.site, {}), after.get(one.site, {}), one.days
        yield (
            f"{one.site}: the visits of {many(len(days), 'day')} change, {days[0]} to {days[-1]}:"
            f" {_people(one.before)} -> {_people(one.after)} in all"
        )
        if len(days) <= SHOWN_DAYS:
            yield from (
                f"{one.site}: visits of {day}: {_people(old.get(day))} -> {_people(new.get(day))}"
                for day in days
            )


def _people(number: float | None) -> str:
    return "not counted" if number is None else f"{number:,.0f}"
