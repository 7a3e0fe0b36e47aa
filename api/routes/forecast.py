"""Routes for the forecast with the probability of the target, and the accuracy of earlier forecasts."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Query, Response

from api.answers import TABLE, Form, rows
from api.deps import Db, KnownSite, Now
from api.routing import Routes
from besok.model import calendar
from besok.model.levers import LeverEffect
from besok.model.outlook import Expected, ExpectedTotal, Outlook
from besok.model.site import Text
from besok.model.views.forecast import Record, Scored
from besok.services.forecast import get_outlook, get_records, get_scored, get_weekday_growth
from besok.services.levers import get_levers
from besok.text import narratives
from besok.text.languages import in_both

router = Routes("Forecast")

Part = Annotated[
    Literal["days", "years", "totals"],
    Query(
        description="What a CSV holds: the coming days, the 365 days up to coming days, or sums of several days"
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The newest forecast, and what it says in plain words."""

    forecast: Outlook
    sentences: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastRecord:
    """Accuracy of forecasts by length, method and time of making; each forecast; and a sentence on four weeks."""

    records: tuple[Record, ...]
    sentence: Text
    forecasts: tuple[Scored, ...]


@router.reads(
    "/sites/{site}/forecast", "read", "The visits to come", response_model=Forecast, responses=TABLE
)
def forecast(site: KnownSite, db: Db, now: Now, form: Form, part: Part = "days") -> Response | Forecast:
    """Day by day for 400 days, the running year up to the target's deadline, sums, and the odds of the target."""
    outlook = get_outlook(db, site.id)
    if form.format != "json":
        name, kind = (
            f"{site.id}-forecast-{part}-{outlook.origin}",
            ExpectedTotal if part == "totals" else Expected,
        )
        return rows(getattr(outlook, part), kind, form, name)
    weekdays = get_weekday_growth(db, site.id, calendar.business_day(now, site))
    factor = site.target.factor if site.target else 1.0
    text = in_both(lambda: "\n".join(narratives.of(outlook, factor, weekdays)))
    pairs = zip(text.sv.splitlines(), text.en.splitlines(), strict=True)
    return Forecast(forecast=outlook, sentences=tuple(Text(sv=sv, en=en) for sv, en in pairs))


@router.reads(
    "/sites/{site}/forecast/record",
    "read",
    "How good forecasts were",
    response_model=ForecastRecord,
    responses=TABLE,
)
def record(site: KnownSite, db: Db, now: Now, form: Form) -> Response | ForecastRecord:
    """Every sum that was forecast and whose days are over, beside what came. 8 of 10 should lie in their interval."""
    scored = get_scored(db, site.id, calendar.business_day(now, site))
    if form.format != "json":
        return rows(scored, Scored, form, f"{site.id}-forecasts")
    records = tuple(get_records(scored))
    judged = sum(one.judged for one in scored)
    return ForecastRecord(
        records=records, sentence=in_both(lambda: narratives.record(records, judged)), forecasts=tuple(scored)
    )


@router.reads(
    "/sites/{site}/levers", "read", "What would bring more visits", response_model=list[LeverEffect]
)
def levers(site: KnownSite, db: Db, now: Now) -> list[LeverEffect]:
    """Visits a year that one more of each lever went with, by the site's own weeks."""
    return list(get_levers(db, site.id, calendar.business_day(now, site)))
