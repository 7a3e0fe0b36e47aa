"""The annual figure with its chain of evidence."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np

from besok.analytics.annual import LEAST_DAYS, OBSERVED, Year
from besok.model.views.annual import (
    AnnualReport,
    CorrectionEvidence,
    DefinitionEvidence,
    DoorEvidence,
    SensorEvidence,
    Verification,
)
from besok.store import annual as source
from besok.store.annual import Grid, Ground
from besok.store.database import Database
from besok.store.definitions import DEFINITION

TWO_SIDED_95 = 1.96
MUCH = 0.1  # estimated, from which the reader is warned
SAME = 1e-6  # of a person; what rounding of numbers may differ by


@dataclass(frozen=True, slots=True, kw_only=True)
class _Definition:
    version: int
    first: date
    since: datetime
    ended: datetime | None
    spec: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    gross: float | None
    net: float | None
    days: int


def annual(db: Database, site: str, year: int, today: date, *, verify: bool = False) -> AnnualReport:
    """The visits of a calendar year, of the business days before `today`, with all that they rest on.

    `verify` makes the figure once more from the raw readings, which takes some seconds. Raises NotFound.
    """
    on = source.ground(db, site, year, today)
    grid = source.stored(db, on)
    figure = source.reckoned(on, grid)
    definitions = db.fetch("annual_definitions", _Definition, site=site)
    filled = source.filled(db, on)
    check = _verified(db, on, figure, filled) if verify else None
    low, high = _bounds(figure)
    missing = tuple(d for d, share in zip(on.days, figure.observed, strict=True) if share.max(initial=0) <= 0)
    rules = on.rules()
    everyone = np.nansum(grid.people_in) + np.nansum(grid.people_out)
    is_library = on.site.kind == "library" and on.last.month == 12 and on.last.day == 31
    return AnnualReport(
        site=site,
        kind=on.site.kind,
        year=year,
        first=on.first,
        last=on.last,
        complete=on.last == date(year, 12, 31) and figure.net is not None,
        besok01=round(figure.net) if figure.net is not None and is_library else None,
        gross=figure.gross,
        net=figure.net,
        gross_counted=figure.gross_counted if _seen(figure) else None,
        net_counted=figure.net_counted if _seen(figure) else None,
        filled=filled,
        estimated_share=_share(float(figure.added.sum()), float((figure.counted + figure.added).sum())),
        imputed_share=_share(float(np.nansum(grid.imputed)), float(everyone)),
        se=figure.se,
        se_counting=figure.se_counting,
        se_missing=figure.se_missing,
        low=low,
        high=high,
        days=len(on.days),
        days_closed=sum(kind is None for kind in on.kinds()),
        days_whole=figure.days_whole,
        days_partly=figure.days_partly,
        days_missing=figure.days_missing,
        missing=missing,
        definitions=tuple(_definition(d, on) for d in definitions),
        doors=tuple(_door(n, on, grid, figure, rules.counts[:, n]) for n in range(len(on.doors))),
        corrections=tuple(
            CorrectionEvidence(
                door=next(d.name for d in on.doors if d.portal_id == c.portal_id),
                **{f: getattr(c, f) for f in CorrectionEvidence.__slots__ if f != "door"},
            )
            for c in on.corrections
        ),
        remarks=tuple(_remarks(on, figure)),
        verification=check,
    )


def _bounds(figure: Year) -> tuple[float | None, float | None]:
    """The 95 % interval of the net figure: that of gross in proportion."""
    if figure.net is None or not figure.gross:
        return None, None
    wide = TWO_SIDED_95 * figure.se * figure.net / figure.gross
    return max(figure.net - wide, 0.0), figure.net + wide


def _seen(figure: Year) -> bool:
    """Whether anything was observed on any day."""
    return figure.days_whole + figure.days_partly > 0


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0


def _definition(row: _Definition, on: Ground) -> DefinitionEvidence:
    definition = DEFINITION.validate_python(row.spec)
    used = row.ended is None and definition in on.in_force
    return DefinitionEvidence(
        version=row.version,
        first=row.first,
        since=row.since,
        ended=row.ended,
        used=used,
        definition=definition,
    )


def _door(n: int, on: Ground, grid: Grid, figure: Year, counts: Any) -> DoorEvidence:
    door, observed = on.doors[n], figure.observed[counts, n]
    corrected = grid.corrected_in if door.sign == 1 else grid.corrected_out
    return DoorEvidence(
        door=door.name,
        counts=bool(counts.any()),
        counted=float(figure.counted[:, n].sum()),
        estimated=float(figure.added[:, n].sum()),
        imputed=float(np.nansum(grid.imputed[:, n])),
        corrected=float(np.nansum(corrected[:, n])),
        days_whole=int((observed >= OBSERVED).sum()),
        days_partly=int(((observed > 0) & (observed < OBSERVED)).sum()),
        days_missing=int((observed <= 0).sum()),
        sensors=tuple(
            SensorEvidence(**{f: getattr(p, f) for f in SensorEvidence.__slots__})
            for p in on.sensors
            if p.portal_id == door.portal_id
        ),
    )


def _remarks(on: Ground, figure: Year) -> list[str]:
    """What the reader must know before using the figure."""
    found = []
    if on.last < date(on.first.year, 12, 31):
        found.append(f"the year is not over: business days up to {on.last}")
    if not _seen(figure):
        return [*found, f"nothing was counted in {on.first.year}: no sensor was heard on any of its days"]
    if figure.gross is None:
        found.append(f"fewer than {LEAST_DAYS} days were observed: no figure for the year can be told")
    share = _share(float(figure.added.sum()), float((figure.counted + figure.added).sum()))
    if figure.gross is not None and share > MUCH:
        found.append(f"{share:.0%} of the visits are estimated, not counted")
    if len({d.first for d in on.in_force}) > 1:
        found.append("the definition of a visit changed within the year")
    if not on.site.visits:
        found.append("no definition of a visit is stated: all who enter count, and nothing is taken off")
    silent = [on.doors[n].name for n in range(len(on.doors)) if figure.observed[:, n].max(initial=0) <= 0]
    found += [f"nothing was heard from {name} all year" for name in silent]
    return found


def _verified(db: Database, on: Ground, figure: Year, filled: float) -> Verification:
    grid, readings = source.recomputed(db, on)
    again = source.reckoned(on, grid)
    apart = np.abs(again.counted - figure.counted) > SAME
    different = [f"{on.doors[p].name} {on.days[d]}" for d, p in np.argwhere(apart)]
    shown = db.fetch_one(
        "visits_between", _Shown, sites=[on.site.id], first=on.first, last=on.last, left_out=[]
    )
    if shown and not _close((shown.gross or 0.0) - filled, again.gross_counted):
        different.append(f"sum of the days that are shown: {shown.gross}")
    same = not different and _close(again.gross, figure.gross) and _close(again.net, figure.net)
    return Verification(
        readings=readings, gross=again.gross, net=again.net, same=same, different=tuple(different[:50])
    )


def _close(ours: float | None, theirs: float | None) -> bool:
    return ours == theirs or (
        ours is not None and theirs is not None and abs(ours - theirs) < SAME * max(ours, 1)
    )
