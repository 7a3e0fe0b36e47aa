"""Definitions of a visit in the database. None is ever changed or deleted: a new version replaces it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from psycopg.types.json import Json
from pydantic import TypeAdapter

from besok.model.site import VisitDefinition
from besok.store.database import Connection, sql, values_of

DEFINITION = TypeAdapter(VisitDefinition)


def write_definitions(
    conn: Connection, site_id: int, definitions: Sequence[VisitDefinition], now: datetime
) -> None:
    """Replace the definitions of a site by `definitions`; unchanged ones keep their version."""
    rows = conn.execute(sql("definition_rows"), {"site_id": site_id}).fetchall()
    stored = {msgspec.convert(spec, VisitDefinition): version for version, spec in rows}
    ended = [version for definition, version in stored.items() if definition not in definitions]
    conn.execute(sql("definition_end"), {"site_id": site_id, "versions": ended, "now": now})
    new = [definition for definition in definitions if definition not in stored]
    if new:
        doors = dict(conn.execute(sql("perimeter"), {"site_id": site_id}).fetchall())
        for definition in sorted(new, key=lambda d: d.first):
            _write(conn, site_id, definition, doors, now)


def _write(
    conn: Connection,
    site_id: int,
    definition: VisitDefinition,
    doors: Mapping[str, int],
    now: datetime,
) -> None:
    values = {
        **values_of(definition),
        "site_id": site_id,
        "portals": _ids(definition.portals, doors),
        "spec": Json(DEFINITION.dump_python(definition, mode="json", exclude_defaults=True)),
        "now": now,
    }
    ((version,),) = conn.execute(sql("definition_insert"), values).fetchall()
    key = {"site_id": site_id, "version": version}
    rows = [
        {**values_of(d), **key, "position": n, "portals": _ids(d.portals, doors)}
        for n, d in enumerate(definition.deductions)
    ]
    conn.cursor().executemany(sql("deduction_insert"), rows)


def _ids(names: Sequence[str], doors: Mapping[str, int]) -> list[int] | None:
    """Return the portals by their ids, None for all; a door that no longer leads in counts nothing."""
    return [doors[name] for name in names if name in doors] if names else None
