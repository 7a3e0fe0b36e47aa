"""Scenarios played live: simulated messages of a site's sandbox go to the broker for a while.

Of a recording it is what they did send: the day so far at once, and the rest at its (moved) times.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from besok.model.calendar import business_day, day_bounds
from besok.model.errors import BesokError, NotFound, StoreError
from besok.model.scenario_sandbox import moved_by, sandbox_id
from besok.model.scenarios import ScenarioSpec, recorded_span
from besok.model.settings import Settings
from besok.model.site import Site, SiteFile
from besok.services import recordings
from besok.store import scenarios as store
from besok.store import sites
from besok.store.claims import Claims
from besok.store.database import Database
from besok.store.scenarios import Played
from cli.simulation.fit import learnt
from cli.simulation.scenario_files import worlds
from sensors_sim.live import Pace
from sensors_sim.live import run as simulate
from sensors_sim.planner_question import connected, played_in
from sensors_sim.publisher import Publisher
from sensors_sim.scenario import ORDINARY, Scenario
from sensors_sim.times import millis

log = logging.getLogger(__name__)

DUTY: Final = "play scenarios"
PAUSE_S: Final = 1.0  # between two looks
REST_S: Final = 60.0  # after a fault that nobody expected
SETTLED: Final = timedelta(seconds=10)  # after the last message, until all that was sent is stored
LONGEST_S: Final = 24 * 3600.0


def run(db: Database, settings: Settings, stop: threading.Event) -> None:
    """Play the queued scenario until `stop` is set. A lost database is waited for; of several processes one plays."""
    with Claims(settings.database_url.get_secret_value()) as claims:
        while not stop.is_set():
            try:
                if played := store.played(db):
                    with claims.duty(DUTY, LONGEST_S) as claim:
                        if claim:
                            _play(db, played, settings, stop)
            except StoreError as exc:
                log.warning("playing waits for the database: %s", exc.in_full, extra={"action": "play_waits"})
            except Exception as exc:
                _tell(exc)
                stop.wait(REST_S)
            stop.wait(PAUSE_S)


def _play(db: Database, played: Played, settings: Settings, stop: threading.Event) -> None:
    """Play a question until its end; afterwards delete its sandbox."""
    now = datetime.now(UTC)
    if now >= played.until + SETTLED:
        store.clear_away(db, played)
    elif now < played.until:
        try:
            if (send := _sender(db, played, settings)) is None:
                return
            with _sending(send) as sending:
                while _is_still_played(db, played) and sending.is_alive() and not stop.wait(PAUSE_S):
                    pass
        except StoreError:
            raise
        except Exception as exc:
            _tell(exc)
        if not stop.is_set():
            with suppress(NotFound):  # it was removed
                store.end_play(db, played.site, played.number, datetime.now(UTC))


def _tell(exc: Exception) -> None:
    """Log why a scenario cannot be played."""
    traced = None if isinstance(exc, BesokError) else exc
    log.warning("a scenario cannot be played: %s", exc, exc_info=traced, extra={"action": "play_failed"})


def _is_still_played(db: Database, played: Played) -> bool:
    again = store.played(db)
    return again is not None and again.number == played.number and datetime.now(UTC) < again.until


def _sender(db: Database, played: Played, settings: Settings) -> Callable[[threading.Event], None] | None:
    """Return the function that sends until asked to stop; None where the sandbox is not made yet."""
    stored = SiteFile(sites=tuple(sites.load_all(db)))
    by_id = {site.id: site for site in stored.sites}
    site, sandbox = by_id[played.site], by_id.get(sandbox_id(played.site))
    if sandbox is None:
        return None
    spec = msgspec.convert(played.spec, ScenarioSpec)
    if spec.recorded:
        return partial(_replay, db, site, sandbox, spec, played.begins, settings)
    site_file, scenario = _world(db, spec, played.begins, stored, site, sandbox)
    return lambda stop: simulate(
        site_file, settings, stop=stop, scenario=scenario, farewell=b"", live_from=played.begins
    )


def _replay(
    db: Database,
    site: Site,
    sandbox: Site,
    spec: ScenarioSpec,
    begins: datetime,
    settings: Settings,
    stop: threading.Event,
) -> None:
    """Send what the sensors of a site sent up to the end of a recording, moved in time as its sandbox is."""
    assert spec.recorded
    start, end = recorded_span(spec, spec.recorded, site)
    by = moved_by(spec, spec.recorded, site, begins)
    day, _ = day_bounds(business_day(start, site), site)
    pace = Pace(day + by, 0, stop, lambda: datetime.now(UTC))
    devices = sorted({(sandbox.id, sensor.device) for sensor in sandbox.sensors})
    with Publisher(settings, devices, farewell=b"") as publisher:
        for message in recordings.messages(db, site, sandbox.id, (day, end), start, by):
            if not pace.wait(millis(message.received)):
                return
            publisher.send(message.topic, message.payload, stop)


def _world(
    db: Database, spec: ScenarioSpec, begins: datetime, stored: SiteFile, site: Site, sandbox: Site
) -> tuple[SiteFile, Scenario]:
    """Return the sandbox and the scenario in it."""
    usual = learnt(db, connected(stored, site.id), site, begins)
    if usual is None or not _is_visited_hour(usual, site, begins):
        usual = ORDINARY
    today = replace(
        usual,
        profiles=tuple(replace(part, site=sandbox.id) for part in usual.profiles),
        rates=tuple(replace(part, site=sandbox.id) for part in usual.rates),
    )
    return SiteFile(sites=(sandbox,)), worlds(today, played_in(sandbox, spec, site, begins))[1]


def _is_visited_hour(usual: Scenario, site: Site, now: datetime) -> bool:
    """Tell whether a site usually has visitors at this hour; otherwise there would be nothing to see."""
    local = now.astimezone(ZoneInfo(site.timezone))
    return all(profile.week[local.weekday()][local.hour] >= 1 for profile in usual.profiles)


@contextmanager
def _sending(send: Callable[[threading.Event], None]) -> Iterator[threading.Thread]:
    """Publish the sensors' messages until the block ends; the broker then drops the retained ones.

    Raises then the StoreError that ended the sending.
    """
    ends, lost = threading.Event(), list[StoreError]()

    def work() -> None:
        try:
            send(ends)
        except StoreError as exc:
            lost.append(exc)
        except Exception as exc:
            _tell(exc)

    thread = threading.Thread(target=work, name="scenario")
    thread.start()
    try:
        yield thread
    finally:
        ends.set()
        thread.join()
    if lost:
        raise lost[0]
