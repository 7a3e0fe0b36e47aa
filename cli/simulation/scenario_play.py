"""A scenario played live: what its sensors would send goes to the broker under the names of a sandbox, for a while."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from besok.model.errors import BesokError, StoreError
from besok.model.scenario_sandbox import sandbox_id
from besok.model.settings import Settings
from besok.model.site import Site, SiteFile
from besok.store import scenarios as store
from besok.store import sites
from besok.store.claims import Claims
from besok.store.database import Database
from besok.store.scenarios import Played
from cli.simulation.fit import learnt
from cli.simulation.scenario_files import worlds
from sensors_sim.asked import connected, played_in
from sensors_sim.live import run as simulate
from sensors_sim.scenario import ORDINARY, Scenario

log = logging.getLogger(__name__)

DUTY: Final = "play scenarios"
PAUSE_S: Final = 1.0  # between two looks
SETTLED: Final = timedelta(seconds=10)  # after the last message, until all that was sent is stored
LONGEST_S: Final = 24 * 3600.0


def run(settings: Settings, stop: threading.Event) -> None:
    """Play what is to be played until `stop` is set. A lost database is waited for; of several processes one plays."""
    url = settings.database_url.get_secret_value()
    with Database(url, pool_size=1) as db, Claims(url) as claims:
        while not stop.is_set():
            try:
                if found := store.played(db):
                    with claims.duty(DUTY, LONGEST_S) as own:
                        if own:
                            _play(db, found, settings, stop)
            except StoreError as exc:
                log.warning("playing waits for the database: %s", exc.in_full, extra={"action": "play_waits"})
            stop.wait(PAUSE_S)


def _play(db: Database, found: Played, settings: Settings, stop: threading.Event) -> None:
    """Play a question as long as it is to be played; afterwards clear its sandbox away."""
    now = datetime.now(UTC)
    if now >= found.until + SETTLED:
        store.clear_away(db, found)
    elif now < found.until and (world := _world(db, found)):
        with _simulated(*world, settings) as simulation:
            while _goes_on(db, found) and simulation.is_alive() and not stop.wait(PAUSE_S):
                pass
        if not stop.is_set():
            store.end_play(db, found.site, found.number, datetime.now(UTC))


def _goes_on(db: Database, found: Played) -> bool:
    again = store.played(db)
    return again is not None and again.number == found.number and datetime.now(UTC) < again.until


def _world(db: Database, found: Played) -> tuple[SiteFile, Scenario] | None:
    """Return the sandbox and the scenario in it; None where it is not made yet."""
    stored = SiteFile(sites=tuple(sites.load_all(db)))
    named = {site.id: site for site in stored.sites}
    site, sandbox = named[found.site], named.get(sandbox_id(found.site))
    if sandbox is None:
        return None
    usual = learnt(db, connected(stored, site.id), site, found.begins)
    if usual is None or not _somebody_comes(usual, site, found.begins):
        usual = ORDINARY
    today = replace(
        usual,
        profiles=tuple(replace(part, site=sandbox.id) for part in usual.profiles),
        rates=tuple(replace(part, site=sandbox.id) for part in usual.rates),
    )
    return SiteFile(sites=(sandbox,)), worlds(today, played_in(sandbox, found.spec, site, found.begins))[1]


def _somebody_comes(usual: Scenario, site: Site, now: datetime) -> bool:
    """Tell whether anybody usually comes at this hour: where nobody does, there would be nothing to see."""
    local = now.astimezone(ZoneInfo(site.timezone))
    return all(profile.week[local.weekday()][local.hour] >= 1 for profile in usual.profiles)


@contextmanager
def _simulated(site_file: SiteFile, scenario: Scenario, settings: Settings) -> Iterator[threading.Thread]:
    """Publish what the sensors send until the block ends; the broker forgets them then."""
    ends = threading.Event()

    def work() -> None:
        try:
            simulate(site_file, settings, stop=ends, scenario=scenario, farewell=b"")
        except BesokError as exc:
            log.warning("a scenario cannot be played: %s", exc, extra={"action": "play_failed"})

    thread = threading.Thread(target=work, name="scenario")
    thread.start()
    try:
        yield thread
    finally:
        ends.set()
        thread.join()
