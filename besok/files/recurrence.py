"""Rules of recurrence in calendar files (RFC 5545), each bounded by an end."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from typing import Any, Final

from dateutil.rrule import rrulestr
from icalendar import vRecur

from besok.model.messages import Translatable

CYCLE = 400  # years after which the calendar repeats, weekdays and leap years included
MOST_EVENTS = 20_000  # occurrences in the window
DAY = timedelta(days=1)
_TOO_OFTEN: Final = ("SECONDLY", "MINUTELY", "HOURLY")
_CLOCK: Final = ("BYHOUR", "BYMINUTE", "BYSECOND")


@dataclass(slots=True)
class Budget:
    """Remaining budget for a file, in days and occurrences; and sentences about the parts left out."""

    steps: int
    events: int
    problems: list[Translatable] = field(default_factory=list)


def listed(rules: Any) -> list[Any]:
    """Return the rules of an event, or the values of a part of one, as a list."""
    return [] if rules is None else rules if isinstance(rules, list) else [rules]


def ended(rule: Any, begins: Any, end: datetime, budget: Budget) -> Any:
    """Return the rule with an UNTIL at `end` or before and no COUNT; None for one that recurs within the day, or never.

    dateutil checks UNTIL only on days it finds: for a rule without any it searches until the year 9999.
    """
    per_day = 1
    for key in _CLOCK:
        per_day *= max(len(listed(rule.get(key))), 1)
    if (
        str(rule["FREQ"][0]).upper() in _TOO_OFTEN
        or per_day > 24
        or int(listed(rule.get("INTERVAL", [1]))[0]) < 1
    ):
        return None
    local = begins if isinstance(begins, datetime) else datetime.combine(begins, time())
    last = end.astimezone(local.tzinfo).replace(tzinfo=None) if local.tzinfo else end.replace(tzinfo=None)
    first = local.replace(tzinfo=None)
    budget.steps -= max((last - first).days, 0) * per_day
    if budget.steps < 0:
        return rule
    if not _ever_recurs(rule, first):
        budget.steps -= CYCLE * 366
        return None
    if count := rule.get("COUNT"):
        last = _last(rule, first, last, int(count[0]))
    elif until := rule.get("UNTIL"):
        last = min(last, _wall(until[0], local.tzinfo))
    bounded = vRecur({key: value for key, value in rule.items() if key not in ("COUNT", "UNTIL")})
    bounded["UNTIL"] = [_until(last, begins)]
    return bounded


def _ever_recurs(rule: Any, first: datetime) -> bool:
    """Tell whether a rule has any day at all: evaluated 19 cycles later, near the last year."""
    unbounded = vRecur({key: value for key, value in rule.items() if key not in ("COUNT", "UNTIL")})
    late = first.replace(year=first.year % CYCLE + 9999 // CYCLE * CYCLE - CYCLE)
    return next(iter(rrulestr(_rule_text(unbounded), dtstart=late)), None) is not None


def _rule_text(rule: Any) -> str:
    return str(rule.to_ical().decode())


def _last(rule: Any, first: datetime, last: datetime, count: int) -> datetime:
    """Return the time of the `count`-th occurrence, `last` at the latest."""
    bounded = vRecur({key: value for key, value in rule.items() if key not in ("COUNT", "UNTIL")})
    bounded["UNTIL"] = [last]
    if last < first:
        return last
    steps = rrulestr(_rule_text(bounded), dtstart=first)
    *_, final = [first - DAY, *islice(steps, min(max(count, 0), MOST_EVENTS))]
    return final if count <= MOST_EVENTS else last


def _wall(moment: Any, zone: Any) -> datetime:
    """Return the end of a rule as wall-clock time; of a date the end of the day."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time.max)
    return (
        moment.astimezone(zone).replace(tzinfo=None)
        if moment.tzinfo and zone
        else moment.replace(tzinfo=None)
    )


def _until(last: datetime, begins: Any) -> Any:
    """Return UNTIL as RFC 5545 requires: a date for dates, UTC for times with a zone."""
    if not isinstance(begins, datetime):
        return last.date()
    return last.replace(tzinfo=begins.tzinfo).astimezone(UTC) if begins.tzinfo else last
