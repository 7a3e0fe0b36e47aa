"""What needs attention: the findings about sensors, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from besok.model import messages
from besok.model.errors import BesokError, NotFound
from besok.model.findings import Finding, Kind
from besok.model.site import Site
from besok.model.views.attention import ChannelCoverage, FindingEvent, FindingInfo, State
from besok.services.devices import devices, unplaced
from besok.services.sensor_series import sensor_series
from besok.services.wiring import WiringPoint, check
from besok.store import quality
from besok.store.database import Database
from besok.store.sites import load, load_all, no_site
from besok.text.finding_text import Names, advice, certainty, sentence

WIRING_DAYS = 10  # that directions are told from
MOST = 500  # findings in one answer
LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)


class Resolved(BesokError):
    """A finding that is resolved cannot be acknowledged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    id: int
    site: str
    timezone: str
    kind: Kind
    device: str
    source: str
    channel: str
    portal: str
    space: str
    since: datetime
    evidence: dict[str, Any]
    odds: float
    state: State
    found: datetime
    seen: datetime
    acknowledged: datetime | None
    who: str
    note: str
    resolved: datetime | None
    history: tuple[FindingEvent, ...]

    def finding(self) -> Finding:
        """What was found, as the detectors said it."""
        native = self.source == "native"
        return Finding(
            kind=self.kind,
            device=self.device.removeprefix(f"{self.site}/") if native else self.device,
            channel=self.channel,
            portal=self.portal,
            space=self.space,
            since=self.since,
            odds=self.odds,
            evidence=self.evidence,
        )


def findings(
    db: Database, site: str | None = None, *, now: datetime, resolved_for: timedelta = timedelta(0)
) -> list[FindingInfo]:
    """What is open or acknowledged at a site, or at all; and what was resolved in the time before `now`.

    Raises NotFound for a site that is not there.
    """
    sites = load_all(db)
    if site is not None and all(one.id != site for one in sites):
        raise no_site(site)
    rows = db.fetch("findings", _Row, site=site, id=None, resolved_since=now - resolved_for, limit=MOST)
    return _told(rows, sites)


def finding(db: Database, number: int) -> FindingInfo | None:
    """One finding, whatever its state."""
    rows = db.fetch("findings", _Row, site=None, id=number, resolved_since=LONG_AGO, limit=1)
    return next(iter(_told(rows, load_all(db))), None)


def acknowledge(db: Database, number: int, who: str, note: str, now: datetime) -> FindingInfo:
    """Note who has seen a finding and why it stands, and return it. Raises NotFound, Resolved."""
    with db.transaction() as conn:
        done = quality.acknowledge(conn, number, who, note, now)
    found = finding(db, number)
    if found is None:
        raise NotFound(messages.no_finding(number))
    if not done:
        raise Resolved(messages.resolved(number))
    return found


def coverage(db: Database, site: str, first: date, last: date, *, now: datetime) -> list[ChannelCoverage]:
    """How much of each business day from `first` to `last` the channels of a site worked. Raises NotFound."""
    load(db, site)
    return db.fetch("coverage", ChannelCoverage, site=site, first=first, last=last, now=now)


def wiring(db: Database, site: str, *, now: datetime) -> list[WiringPoint]:
    """Whether a site is wired as its site file says, problems first. Raises NotFound."""
    place, sites = load(db, site), load_all(db)
    with db.transaction() as conn:
        series = sensor_series(conn, place, sites, now, WIRING_DAYS)
    mine = devices(db, site, now=now)
    return check(
        series.layout, series.history, _names(place, sites), place.timezone, mine, len(unplaced(db, now))
    )


def _told(rows: Sequence[_Row], sites: Sequence[Site]) -> list[FindingInfo]:
    names = {site.id: _names(site, sites) for site in sites}
    return [_info(row, names.get(row.site, {})) for row in rows]


def _names(site: Site, sites: Sequence[Site]) -> Names:
    """What doors and spaces are called; those of other sites with their site before them."""
    found = {f"{s.id}/{p.id}": p.name for s in sites for p in s.portals}
    found |= {p.id: p.name for p in site.portals} | {s.id: s.name for s in site.spaces}
    return found | {site.id: site.name}


def _info(row: _Row, names: Names) -> FindingInfo:
    said = row.finding()
    same = ("id", "site", "kind", "portal", "space", "since", "evidence", "odds", "state", "found", "seen",
            "acknowledged", "who", "note", "resolved", "channel", "history")  # fmt: skip
    return FindingInfo(
        **{name: getattr(row, name) for name in same},
        device=said.device,
        sentence=sentence(said, names, row.timezone),
        certainty=certainty(said),
        advice=advice(said),
    )
