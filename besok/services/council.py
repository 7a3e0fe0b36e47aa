"""The council paper: one page on whether a site reaches its target, by when, and what worked."""

from datetime import datetime, timedelta
from functools import partial

from besok.files import pdf
from besok.model import calendar
from besok.model.errors import NotFound, if_found
from besok.model.outlook import Outlook
from besok.model.site import Site
from besok.model.views.progress import Progress
from besok.services.actions import get_actions
from besok.services.forecast import get_outlook_on, get_weekday_growth
from besok.services.levers import get_levers
from besok.services.papers import stored_or_made
from besok.services.progress import get_progress
from besok.services.visits import get_visits, running_year
from besok.store import effects, results, sites
from besok.store.database import Database
from besok.text import council_text
from besok.text.languages import _, language
from besok.text.narratives import simulated

DAY = timedelta(days=1)
YEAR = 365 * DAY
STEP = 7  # days between two points of the curve


def get_council_paper(db: Database, site: str, now: datetime, root: str) -> pdf.Paper:
    """Return the paper that a job stored for today, or make it; its page is below `root`.

    Raises as `make_council_paper`.
    """
    yesterday = calendar.business_day(now, sites.load(db, site)) - DAY
    make = partial(make_council_paper, db, site, now)
    return stored_or_made(db, site, results.COUNCIL, yesterday, make, root)


def make_council_paper(db: Database, site: str, now: datetime) -> pdf.Paper:
    """Return the paper in the language of the request. Raises NotFound without a target."""
    place = sites.load(db, site)
    today = calendar.business_day(now, place)
    progress = get_progress(db, site, today)
    if progress.standing is None:
        raise NotFound(
            f"{site}: a paper needs a year of visits and a baseline; the page Progress says what is missing"
        )
    coming = if_found(get_outlook_on, db, site, progress)
    weekdays = get_weekday_growth(db, site, today) if coming else {}
    names = [one.name for one in sites.counted(db, place)]
    known = effects.action_effects(db, site)
    return pdf.Paper(
        title=council_text.title(place.name, progress),
        subtitle=council_text.dated(today, progress.until),
        figures=council_text.figures(progress, coming),
        lead=[*simulated(place.sandbox), *council_text.lead(progress, coming, weekdays, names)],
        curve=_curve(db, place, progress, coming),
        sections=council_text.sections(get_actions(db, site, today), known, get_levers(db, site, today)),
        sources=council_text.sources(progress, coming),
        language=language(),
    )


def _curve(db: Database, place: Site, progress: Progress, coming: Outlook | None) -> pdf.Curve:
    first = progress.baseline_first - YEAR
    points = get_visits(db, place.id, first, progress.today - DAY, "day", together=True)
    return pdf.Curve(
        counted=[one for one in running_year(points, place.measure) if one[1] is not None][::STEP],
        expected=[(p.day, p.mean, p.low80, p.high80) for p in coming.years] if coming else (),
        target=progress.trajectory(),
        names=(
            council_text.end(_("counted"), progress.last_365),
            council_text.end(_("forecast"), coming.years[-1].mean if coming and coming.years else None),
            council_text.end(_("target trajectory"), progress.goal_visits),
        ),
    )
