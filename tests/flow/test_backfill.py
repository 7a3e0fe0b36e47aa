"""Simulated history that is killed in the middle goes on where it was, to the same readings."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from besok.model.errors import BesokError
from besok.model.site import Sensor, SiteFile
from besok.model.sitefile import dump
from besok.store.backfill import under_way
from besok.store.database import Database
from besok.store.sites import apply
from cli.simulation import backfill, scenario_files
from cli.simulation.history import Gap
from cli.stack import program
from collectors.pipeline import decode
from sensors_sim.backfill import messages
from tests.commands import besok
from tests.patience import wait_for
from tests.small_sites import library, space

FIRST, LAST = date(2025, 3, 1), date(2025, 8, 15)  # six portions
SENSORS = (Sensor(device="eye", portal="door"), Sensor(device="cam", space="room", model="presence"))


def branch(*, sandbox: bool = True) -> SiteFile:
    room = space("room", "reading", capacity=20)
    return library(
        "branch", hours="10:00-14:00", spaces=(room,), sensors=SENSORS, capacity=20, sandbox=sandbox
    )


def stored(url: str) -> set[tuple[Any, ...]]:
    with psycopg.connect(url) as conn:
        rows = conn.execute(
            "select d.external_id, c.key, m.name, r.time, r.value, r.period_s from reading r"
            " join channel c using (channel_id) join device d using (device_id) join metric m on m.code = r.metric"
        )
        return {(*row[:4], float(row[4]), float(row[5])) for row in rows}


def done_until(url: str) -> list[date]:
    with psycopg.connect(url) as conn:
        return [day for (day,) in conn.execute("select done_until from backfill")]


def test_a_killed_run_goes_on_where_it_was(db: Database, database_url: str, tmp_path: Path) -> None:
    apply(db, branch())
    file = tmp_path / "branch.toml"
    file.write_text(dump(branch()), "utf-8")
    asked = ["simulate", "backfill", "--first", str(FIRST), "--last", str(LAST), "--site-file", str(file),
             "--scenario", "double-visitors"]  # fmt: skip
    command, env = (
        [sys.executable, "-m", "cli.main", *asked],
        os.environ | {"BESOK_DATABASE_URL": database_url},
    )
    killed = subprocess.Popen(command, cwd=program.ROOT, env=env, stdout=subprocess.DEVNULL)
    with psycopg.connect(database_url) as held:

        def has_begun() -> bool:
            """Tell whether a portion is written, and let the run note no other one until this is asked again."""
            held.rollback()
            held.execute("lock table backfill in share mode")
            return max(done_until(database_url), default=FIRST) > FIRST or killed.poll() is not None

        try:
            wait_for(has_begun)
        finally:
            killed.kill()
            killed.wait()
    (until,) = done_until(database_url)
    assert FIRST < until < LAST
    with psycopg.connect(database_url) as conn:  # what is whole is not looked at again
        conn.execute("delete from reading where time < '2025-03-05'")
    done = besok(database_url, *asked)
    assert done.exit_code == 0, done.stderr
    scenario = scenario_files.find("double-visitors")
    whole = [
        i.reading
        for lot in messages(branch(), FIRST, LAST, 1, scenario=scenario)
        for i in decode(lot).readings
    ]
    expected = {(r.device, r.channel, r.metric, r.time, r.value, r.period_s) for r in whole}
    found = stored(database_url)
    assert found <= expected
    missing = {row[3] for row in expected - found}
    assert missing and max(missing) < max(
        r.time for r in whole if r.time and r.time.date() <= date(2025, 3, 5)
    )
    assert done_until(database_url) == []


def test_jobs_wait_until_the_past_is_whole(
    db: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(db, branch())
    waiting = []

    def advance(file: Path, day: date) -> None:
        waiting.append(under_way(db, datetime.now(UTC)))

    monkeypatch.setattr(backfill.history, "advance", advance)
    monkeypatch.setattr(backfill, "PORTION", 1)
    gap = Gap(first=FIRST, last=FIRST + timedelta(days=1))
    assert backfill.run(database_url, branch(), gap, 1, remember=tmp_path / "history.json")
    assert waiting == [True, True]
    assert not under_way(db, datetime.now(UTC))


def test_no_history_is_made_up_for_a_real_site(db: Database, database_url: str) -> None:
    apply(db, branch(sandbox=False))
    with pytest.raises(BesokError, match="real site"):
        backfill.run(database_url, branch(), Gap(first=FIRST, last=FIRST), 1)
