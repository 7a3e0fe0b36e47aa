"""People estimated for quarters in which a channel was silent, kept apart from what was counted (table imputed_flow).

The view portal_imputed lets a row count only as long as no more of its quarter was heard than when it was made: a
message that comes late, or a running total that tells of the gap, takes its place at once.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import psycopg

from besok.analytics.quality.impute import Filled
from besok.store.database import sql
from besok.store.quality import STEP_S, Look

Connection = psycopg.Connection[Any]

ANEW: Final = timedelta(
    days=8
)  # older estimates stand: the figures of a past month do not change by themselves
_TYPES = ("int4", "timestamptz", "float8", "float8", "float8", "float4")


def replace(conn: Connection, look: Look, filled: Sequence[Filled]) -> int:
    """Replaces the estimates of the last days; how many quarters were filled in."""
    since = look.seen.now - ANEW
    own = [c for c, k in zip(look.channels, look.house.counters, strict=False) if c is not None and k.own]
    conn.execute(sql("imputed_delete"), {"channels": own, "since": since})
    rows = list(_rows(look, filled, since))
    with conn.cursor() as cur, cur.copy(sql("imputed_copy")) as copy:
        copy.set_types(_TYPES)
        for row in rows:
            copy.write_row(row)
    return len(rows)


def _rows(look: Look, filled: Sequence[Filled], since: datetime) -> Iterator[tuple[Any, ...]]:
    """In the channels' own directions."""
    for f in filled:
        channel = look.channels[f.counter]
        if channel is None or not look.house.counters[f.counter].own:
            continue
        came, went = f.people_in.tolist(), f.people_out.tolist()
        both = (went, came) if look.swapped[f.counter] else (came, went)
        columns = zip(f.steps.tolist(), *both, f.spread.tolist(), f.covered.tolist(), strict=True)
        for step, people_in, people_out, spread, covered in columns:
            if look.seen.times[step] >= since:
                yield channel, look.seen.times[step], people_in, people_out, spread, covered * STEP_S
