"""Scenario questions: asking, playing, and results as rows."""

from datetime import datetime, timedelta

from besok.model import messages
from besok.model.errors import BesokError, ScenarioRefused
from besok.model.scenario_sandbox import sandbox
from besok.model.scenarios import LIKELY, ScenarioSpec, problem
from besok.model.site import Site, SiteFile
from besok.model.views.scenarios import ScenarioRun, ScenarioSpace
from besok.model.views.whatif import SpaceStrain
from besok.services import recordings
from besok.store import scenarios as store
from besok.store import sites
from besok.store.database import Database


def ask(db: Database, site: Site, spec: ScenarioSpec, *, author: str, now: datetime) -> ScenarioRun:
    """Queue a question. Raises ScenarioRefused with the remedy."""
    if reason := problem(spec, site, now):
        raise ScenarioRefused(reason)
    if spec.recorded and not any(recordings.kept(db, site, spec)):
        raise ScenarioRefused(messages.RECORDING_EMPTY)
    number = store.ask(db, site.id, spec, author=author, now=now)
    return store.load(db, site.id, number)


def play(
    db: Database, site: Site, number: int, length: timedelta, *, author: str, now: datetime
) -> ScenarioRun:
    """Play an answered question live in a sandbox of its site; a recording as long as it is.

    Raises NotFound, ScenarioRefused.
    """
    run = store.load(db, site.id, number)
    if run.spec.recorded:
        length = timedelta(minutes=run.spec.recorded.minutes)
    store.play(db, site.id, number, now=now, until=now + length)
    try:
        copy = sandbox(site, run.spec, now)
        sites.edit(db, lambda known: SiteFile(sites=(*known.sites, copy)), author=author, now=now)
    except BesokError:
        store.end_play(db, site.id, number, now)
        raise
    return store.load(db, site.id, number)


def own_spaces(run: ScenarioRun) -> list[SpaceStrain]:
    """Return the spaces of the site in question, those that break first at the top."""
    strains = run.result.answer.spaces if run.result else ()
    return [space for space in strains if space.space.split("/")[0] == run.site]


def breaking(run: ScenarioRun) -> list[SpaceStrain]:
    """Return the spaces that exceed capacity at some time in at least half of the replications."""
    return [space for space in own_spaces(run) if space.then.surely >= LIKELY]


def spaces(run: ScenarioRun) -> list[ScenarioSpace]:
    """Return a row for each space of the site."""
    return [_row(run, space) for space in own_spaces(run)]


def _row(run: ScenarioRun, space: SpaceStrain) -> ScenarioSpace:
    today, then = space.today, space.then
    when = space.when[0] if space.when else None
    return ScenarioSpace(
        space=space.space.split("/")[1],
        capacity=space.capacity,
        surely=then.surely,
        peak=then.peak.mid,
        peak_lower=then.peak.low,
        peak_upper=then.peak.high,
        peak_today=today.peak.mid,
        over=then.over.mid,
        over_lower=then.over.low,
        over_upper=then.over.high,
        over_today=today.over.mid,
        weekday=when.weekday if when else None,
        start_hour=when.start if when else None,
        end_hour=when.end if when else None,
        scenario=run.number,
        title=run.spec.title,
        first=run.spec.first,
        days=run.spec.days,
    )
