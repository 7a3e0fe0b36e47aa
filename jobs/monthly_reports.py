"""Monthly reports: made once a month is over, and sent once to each subscriber."""

import logging
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final, NamedTuple

from besok.files import paper_page, pdf
from besok.model import settings as environment
from besok.model.alerts import AlertRule
from besok.model.errors import NotFound
from besok.model.site import Site
from besok.services.monthly import DAY, get_monthly_report, last_month, make_monthly_report
from besok.store import alerts, backfill, results, sites
from besok.store.database import Database
from besok.text.languages import in_each_language, speaking
from jobs.alerting import Attached, deliver
from jobs.runs import do_each

log = logging.getLogger(__name__)

SETTLED: Final = timedelta(days=1)  # after a month, for what comes late


class Due(NamedTuple):
    """A report that a rule asks for and that has not been sent."""

    rule: AlertRule
    site: str
    month: date

    @property
    def subject(self) -> str:
        """Return of what it is, as site/2026-10."""
        return f"{self.site}/{self.month:%Y-%m}"


def is_due(db: Database, now: datetime) -> bool:
    """Tell whether the report of the last month of any site is missing; never while history is being written."""
    return not backfill.under_way(db, now) and any(_missing(db, now))


def make(db: Database, now: datetime) -> None:
    """Make the missing reports, in both languages. Raises JobError."""

    def of(place: Site, month: date, last: date) -> None:
        results.begin(db, [one.id for one in sites.counted(db, place)], results.MONTHLY, last)
        papers: dict[str, pdf.Paper] = {}
        with suppress(NotFound):  # nobody was counted: it is kept that there is none
            papers = in_each_language(lambda: make_monthly_report(db, place.id, month, now))
        results.put(db, place.id, results.MONTHLY, last, papers)

    do_each((one[0].id, partial(of, *one)) for one in _missing(db, now))


def _missing(db: Database, now: datetime) -> Iterator[tuple[Site, date, date]]:
    """Yield the sites without a report of the last month, with its first and last day."""
    for place in sites.load_all(db):
        month = last_month(place, now - SETTLED)
        if _papers(db, place.id, month) is None:
            yield place, month, _last(month)


def _last(month: date) -> date:
    """Return the last day of a month."""
    return (month + 31 * DAY).replace(day=1) - DAY


def _papers(db: Database, site: str, month: date) -> dict[str, pdf.Paper] | None:
    """Return the stored report of a month by language: {} where nobody was counted, None before it is made."""
    return results.read(db, site, results.MONTHLY, dict[str, pdf.Paper], _last(month))


def to_send(db: Database, now: datetime) -> bool:
    """Tell whether any report is due to be sent."""
    return any(_due(db, now))


def send(db: Database, now: datetime) -> None:
    """Send the reports that are due, target by target. A failed message is tried again later."""
    for target in dict.fromkeys(one.rule.target for one in _due(db, now)):
        claimed = alerts.claim(db, target, now)
        if claimed is None:
            continue
        (url, _), problem = claimed, None
        for one in _due(db, now):  # again: another worker may have sent it before this one's turn
            if one.rule.target != target or problem:
                continue
            if (
                one.rule in alerts.rules(db) and alerts.targets(db).get(target) == url
            ):  # still: it takes a while
                problem = _send(db, one, url, now)
        alerts.release(db, target, problem, now, trial=False)


def _send(db: Database, one: Due, url: str, now: datetime) -> str | None:
    """Send a report and record the outcome; return the error, if any."""
    settings = environment.load()
    with speaking(settings.language):
        try:
            paper = get_monthly_report(db, one.site, one.month, now, settings.root)
        except NotFound as exc:
            log.debug("no monthly report: %s", exc)
            return None
        file = Attached(name=f"{one.site}-{one.month:%Y-%m}.pdf", content=pdf.render(paper))
        problem = deliver(url, paper.title, paper_page.page(paper), file)
    alerts.report_sent(db, one.rule, one.site, one.subject, problem, now)
    if problem:
        text = "the report %s did not reach target %s: %s"
        log.warning(text, one.subject, one.rule.target, problem, extra={"action": "report_not_sent"})
    return problem


def _due(db: Database, now: datetime) -> Iterator[Due]:
    """Yield the reports to be sent, except of sites whose history is being written: they would tell a part."""
    sent, part = alerts.reports_sent(db), backfill.sites_under_way(db, now)
    places = [place for place in sites.load_all(db) if place.id not in part]
    for rule in alerts.rules(db):
        if rule.kind == "monthly_report":
            for place in places:
                one = Due(rule, place.id, last_month(place, now - SETTLED))
                wanted = _concerns(rule, place) and (rule.id, one.subject) not in sent
                if wanted and _papers(db, place.id, one.month) != {}:
                    yield one


def _concerns(rule: AlertRule, place: Site) -> bool:
    """Tell whether a rule applies to a site; one for all sites applies to real ones."""
    return rule.site == place.id or (rule.site is None and not place.sandbox)
