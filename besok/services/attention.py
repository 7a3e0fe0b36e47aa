"""Findings about sensors with their texts and history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from besok.model import messages
from besok.model.access import Right
from besok.model.errors import NotFound, StoreRefused
from besok.model.findings import Finding
from besok.model.site import Site, Text
from besok.model.views.attention import ChannelCoverage, FindingInfo
from besok.model.views.like import like
from besok.services import access
from besok.services.devices import get_devices, get_unplaced
from besok.services.sensor_series import sensor_series
from besok.services.wiring import WiringPoint, check
from besok.store import quality, results
from besok.store.database import Database
from besok.store.sites import load, load_all
from besok.text.finding_text import Names, advice, certainty, sentence, watched

LAST_WEEK = timedelta(days=6)  # between its first and its last day
WIRING_DAYS = 10  # that directions are told from
MOST = 500  # findings in one answer
LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)
UNSAID = Text(sv="", en="")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row(FindingInfo):
    """A finding as stored, without texts."""

    timezone: str
    source: str
    evidence: dict[str, Any]  # numbers as they are
    sentence: Text = UNSAID
    certainty: Text = UNSAID
    advice: Text = UNSAID

    def finding(self) -> Finding:
        """Return the finding as the detectors made it."""
        native = self.source == "native"
        return like(
            Finding, self, device=self.device.removeprefix(f"{self.site}/") if native else self.device
        )


def get_findings(
    db: Database, site: str | None = None, *, now: datetime, resolved_for: timedelta = timedelta(0)
) -> list[FindingInfo]:
    """Return open and acknowledged findings of a site or of all, and those resolved in the time before `now`.

    Raises NotFound for a site that is not there.
    """
    if site is not None:
        load(db, site)
    rows = db.fetch("findings", _Row, site=site, id=None, resolved_since=now - resolved_for, limit=MOST)
    return _infos(rows, load_all(db)) if rows else []


def was_checked(db: Database, site: str) -> bool:
    """Tell whether the sensors of a site were ever checked."""
    with db.transaction() as conn:
        return site not in quality.due(conn, LONG_AGO)


def get_finding(db: Database, number: int) -> FindingInfo | None:
    """One finding, whatever its state."""
    rows = db.fetch("findings", _Row, site=None, id=number, resolved_since=LONG_AGO, limit=1)
    return next(iter(_infos(rows, load_all(db))), None)


def site_of(db: Database, number: int) -> str:
    """Return the site of a finding. Raises NotFound."""
    info = get_finding(db, number)
    if info is None:
        raise NotFound(messages.NO_FINDING(number=number))
    return info.site


def acknowledge(db: Database, number: int, who: str, note: str, now: datetime) -> FindingInfo:
    """Acknowledge a finding with the reason, and return it. Raises NotFound, StoreRefused if resolved."""
    with db.transaction() as conn:
        done = quality.acknowledge(conn, number, who, note, now)
    info = get_finding(db, number)
    if info is None:
        raise NotFound(messages.NO_FINDING(number=number))
    if not done:
        raise StoreRefused(messages.RESOLVED(number=number))
    return info


def get_coverage(db: Database, site: str, first: date, last: date, *, now: datetime) -> list[ChannelCoverage]:
    """Return the data coverage of each channel on each business day, `first` to `last`. Raises NotFound."""
    load(db, site)
    if last - first == LAST_WEEK:
        known = results.read(db, site, results.COVERAGE, list[ChannelCoverage], last)
        if known is not None:
            return known
    return compute_coverage(db, site, first, last, now=now)


def compute_coverage(
    db: Database, site: str, first: date, last: date, *, now: datetime
) -> list[ChannelCoverage]:
    """Compute what `coverage` reads where a job has computed it: the last seven days."""
    return db.fetch("coverage", ChannelCoverage, site=site, first=first, last=last, now=now)


def get_wiring(db: Database, site: str, *, now: datetime) -> list[WiringPoint]:
    """Check a site's wiring against its site file, problems first. Raises NotFound."""
    place, sites = load(db, site), load_all(db)
    with db.transaction() as conn:
        series = sensor_series(conn, place, sites, now, WIRING_DAYS)
    mine = get_devices(db, site, now=now)
    return check(
        series.layout, series.history, _names(place, sites), place.timezone, mine, len(get_unplaced(db, now))
    )


def _infos(rows: Sequence[_Row], sites: Sequence[Site]) -> list[FindingInfo]:
    concerned = {row.site for row in rows}
    names = {site.id: _names(site, sites) for site in sites if site.id in concerned}
    return [_info(row, names.get(row.site, {})) for row in rows]


def _names(site: Site, sites: Sequence[Site]) -> Names:
    """Return the names of doors and spaces; those of other sites with their site before them."""
    names = {f"{s.id}/{p.id}": p.name for s in sites for p in s.portals}
    return names | site.names


def _info(row: _Row, names: Names) -> FindingInfo:
    finding = row.finding()
    return like(
        FindingInfo,
        row,
        device=finding.device,
        sentence=sentence(finding, names, row.timezone),
        certainty=certainty(finding),
        advice=watched(row.fixed, row.timezone)
        if row.fixed
        else advice(finding, partial(_may, site=row.site)),
    )


def _may(right: Right, site: str) -> bool:
    """Tell whether the reader may do something; whoever uses a command may do everything."""
    return access.caller().kind == "public" or access.may(right, site)
