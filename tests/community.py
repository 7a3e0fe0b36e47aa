"""`make community-check`: tests of the store with all of it compressed, where TimescaleDB's Community edition is found.

After each write whatever is there is compressed, so that corrections, voids, quarantine, deletions, estimates and
backups meet nothing but compressed chunks; what they must come to is what the tests say without.
"""

import argparse
import sys
from pathlib import Path

import pytest

from besok.store import write
from besok.store.database import Connection
from cli.stack import postgres

LIBRARY = "lib/timescaledb-tsl-*.so"  # beside PostgreSQL's programs
TESTS = ("write", "counting", "counting_messages", "quarantine", "voids", "closed_periods", "retention", "replacement",
         "removal", "occupancy_store", "visits", "queries", "backup", "message_dedup", "calibrations")  # fmt: skip


def main() -> int:
    """Run the tests, or say that the edition is not here."""
    parser = argparse.ArgumentParser(prog="python -m tests.community", description=__doc__)
    parser.add_argument(
        "--postgres", type=Path, default=postgres.BIN, help="the folder of PostgreSQL's programs"
    )
    given, more = parser.parse_known_args()
    if not list(given.postgres.parent.glob(LIBRARY)):
        print(f"not run: there is no {LIBRARY} in {given.postgres.parent} (TimescaleDB's Community edition)")
        return 0
    postgres.BIN = given.postgres
    readings = write._readings

    def compressed(conn: Connection, *more: object) -> write.Written:
        written = readings(conn, *more)  # type: ignore[arg-type]
        while conn.execute("select compress_part('infinity')").fetchone() != (None,):
            pass
        return written

    write._readings = compressed  # type: ignore[assignment]
    return pytest.main([*(f"tests/store/test_{name}.py" for name in TESTS), *more])


if __name__ == "__main__":
    sys.exit(main())
