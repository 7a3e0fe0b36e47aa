"""Forecasts as they were made: scored later, never changed."""

from collections.abc import Sequence
from datetime import date

from besok.model.outlook import Aim, Expected, ExpectedTotal, Outlook
from besok.store import results
from besok.store.database import Database, sql, values_of
from besok.store.sites import id_of

FAN = ("mean", "low80", "high80", "low95", "high95")


def keep(db: Database, site: str, outlook: Outlook) -> bool:
    """Store a forecast of a site; False if one of the same origin, measure and sites exists, which stays.

    One that was made for another target, or none, gives way, unless this one was made afterwards.
    """
    forecast = {**values_of(outlook), "site": site, "also": list(outlook.also)}
    with db.transaction() as conn:
        row = conn.execute(sql("forecast_insert"), forecast).fetchone()
        if row is None:
            return False
        key = {"forecast_id": row[0]}
        conn.execute(sql("forecast_empty"), key)
        for kind, points in (("day", outlook.days), ("year", outlook.years)):
            columns = {"days": [p.day for p in points], **_fan(points)}
            conn.execute(sql("forecast_points_insert"), {**key, "kind": kind, **columns})
        totals = outlook.totals
        ends = {"first_days": [t.first for t in totals], "last_days": [t.last for t in totals]}
        conn.execute(sql("forecast_totals_insert"), {**key, **ends, **_fan(totals)})
        results.delete(conn, [id_of(conn, site)], [results.COUNCIL])
    return True


def _fan(points: Sequence[Expected] | Sequence[ExpectedTotal]) -> dict[str, list[float]]:
    return {name: [getattr(point, name) for point in points] for name in FAN}


def origins(db: Database, site: str, measure: str, also: Sequence[str] = ()) -> list[date]:
    """Return the origins of the forecasts of a site and the others that count with it, oldest first."""
    return [day for (day,) in db.rows("forecast_origins", site=site, measure=measure, also=list(also))]


def newest_aim(db: Database, site: str, measure: str, also: Sequence[str] = ()) -> Aim | None:
    """Return the target of the newest forecast of a site and the others that count with it; None without a forecast."""
    return db.fetch_one("forecast_aim", Aim, site=site, measure=measure, also=list(also))
