"""The `from` and `to` of a question: what a caller may write, and which instants or days it means.

One rule for every path. A **date** is a business day of the site (it begins at the site's day boundary, 04:00 unless
set otherwise) and both ends are included. A **date with a time** is an instant: `from` is included, `to` is not;
without an offset it is local time of the site.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from besok.model import calendar
from besok.model.plurals import many
from besok.model.site import Site
from besok.model.views.series import Step

MAX_ROWS = 200_000  # rows of one answer in JSON
PART = timedelta(days=30)  # of a file that may be as long as it likes
FIRST, LAST = (
    date(1990, 1, 1),
    date(2100, 12, 31),
)  # no visitor counter is older; later is a slip of the keyboard
STEPS: dict[Step, timedelta] = {  # the shortest a step can be, to say beforehand how many there may be
    "15min": timedelta(minutes=15),
    "hour": timedelta(hours=1),
    "day": timedelta(hours=23),
    "week": timedelta(days=7) - timedelta(hours=1),
    "month": timedelta(days=28) - timedelta(hours=1),
}


class BadRange(ValueError):
    """A `from` or `to` that cannot be used; the text says why and what to write instead."""


def parse(text: str, name: str) -> date | datetime:
    """Return a date or a date with a time, as written in the parameter `name`. Raises BadRange."""
    spaced = (
        re.sub(r" (\d\d:?\d\d)$", r"+\1", text) if "T" in text else text
    )  # "+" of an offset arrives as a space
    try:
        value = datetime.fromisoformat(spaced) if len(spaced) > 10 else date.fromisoformat(spaced)
    except ValueError:
        raise BadRange(
            f"{name} is {text[:40]!r}: write a date like 2026-11-25 or a time like 2026-11-25T08:00:00Z"
        ) from None
    day = value.date() if isinstance(value, datetime) else value
    if not FIRST <= day <= LAST:
        raise BadRange(f"{name} is {text[:40]!r}: it must lie between {FIRST} and {LAST}")
    return value


def instants(first: str | None, last: str | None, site: Site, now: datetime) -> tuple[datetime, datetime]:
    """Return the instants from `first` to `last` in UTC, `last` excluded; the business day of `now` for what is not
    given.

    Raises BadRange.
    """
    today = calendar.business_day(now, site)
    begin = parse(first, "from") if first is not None else today
    end = parse(last, "to") if last is not None else today
    start, stop = _instant(begin, site, closing=False), _instant(end, site, closing=True)
    if start >= stop:
        raise BadRange(f"from ({first or begin}) must be before to ({last or end})")
    return start, stop


def days(
    first: str | None, last: str | None, site: Site, now: datetime, span: timedelta
) -> tuple[date, date]:
    """Return the business days from `first` to `last`, both included; `span` up to `now`'s for what is not given.

    Raises BadRange.
    """
    end = one_day(last, "to") or calendar.business_day(now, site)
    begin = one_day(first, "from") or end - span
    if begin > end:
        raise BadRange(f"from ({begin}) must not be after to ({end})")
    return begin, end


def check_rows(start: datetime, end: datetime, step: Step, series: int = 1) -> None:
    """Raise BadRange if `series` series from `start` to `end` would exceed the rows of one response."""
    rows = ((end - start) // STEPS[step] + 1) * max(series, 1)
    if rows > MAX_ROWS:
        raise BadRange(
            f"this would be up to {many(rows, 'row')}, and one answer holds at most {MAX_ROWS}: "
            "ask for a shorter time or a longer step, or for CSV, which has no limit"
        )


def months(start: datetime, end: datetime, site: Site, step: Step) -> Iterator[tuple[datetime, datetime]]:
    """Yield the time from `start` to `end` in parts of 30 days or a little more that cut no step.

    Those of days end where business days begin; weeks and months, which are few, are one part.
    """
    if step in ("week", "month"):
        yield start, end
        return
    while start < end:
        day = calendar.business_day(start, site) + PART
        until = min(calendar.day_bounds(day, site)[0] if step == "day" else start + PART, end)
        yield start, until
        start = until


def _instant(value: date | datetime, site: Site, *, closing: bool) -> datetime:
    if isinstance(value, datetime):
        local = value if value.tzinfo else value.replace(tzinfo=ZoneInfo(site.timezone))
        return local.astimezone(UTC)
    return calendar.day_bounds(value, site)[1 if closing else 0]


def one_day(text: str | None, name: str) -> date | None:
    """Return a business day, as written in the parameter `name`. Raises BadRange."""
    if text is None:
        return None
    value = parse(text, name)
    if isinstance(value, datetime):
        raise BadRange(f"{name} is {text[:40]!r}: write a day like {value.date()}, without a time")
    return value
