"""The worker: keeps the occupancy of all sites up to date, and runs scheduled duties.

Changes of readings comes first: the site is estimated within a second. Past days that are over or have changed are
worked off in between, newest first, in pieces small enough that news never waits long. All of it is recomputed from
readings, so a worker that is killed loses nothing: the next one looks at everything once and goes on.
"""

import logging
import math
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from threading import Event, Thread

from besok.model import calendar
from besok.model.errors import SchemaMismatch, StoreError, StoreUnavailable
from besok.model.settings import Settings
from besok.model.site import Site
from besok.store import backfill, job_runs, occupancy, schema
from besok.store.claims import Claims
from besok.store.database import Connection, Database
from besok.store.heartbeats import EVERY, FAILING, Heartbeat
from besok.store.notify import listen
from besok.store.occupancy import MINUTE
from besok.store.sites import load
from jobs.background import Background, Task
from jobs.estimate import Today, past_days
from jobs.inbox import ChangeInbox, Changes
from jobs.learn import DAY, SitePast
from jobs.metrics import AWAY, State
from jobs.runs import Ended, run_alone
from jobs.schedule import Clock, Duty

log = logging.getLogger(__name__)

NAME = "jobs"  # in the heartbeat
CHANNELS = ("readings", "sites")
PATIENCE_S = 0.5  # how long a stop may go unnoticed
RETRY_S = 1.0  # after the database was lost
PIECE_S = 0.8  # of the processor: news waits about so long for past days, and up to twice as long for two weeks of them
BUSY = 3  # times longer a piece may take on a machine that others keep busy, before pieces become smaller
REACH_DAYS = (2, 64)  # least and most past days in one piece
CLAIM_EVERY = timedelta(seconds=5)  # how soon a site is taken over whose worker is gone
CLAIM_S = 10.0  # for a note about a duty
REST = timedelta(minutes=1)  # of a site whose estimate failed
LEARN_EVERY = timedelta(seconds=5)  # how soon late data changes what is known of the sensors today ...
LEARN_SHARE = 0.05  # ... as long as it takes no more than this share of the time


def run(settings: Settings, stop: Event, state: State | None = None) -> None:
    """Work until `stop` is set, and record the progress in `state`. A lost database is waited for."""
    state = state or State()
    url = settings.database_url.get_secret_value()
    inbox = ChangeInbox()
    ear = Thread(target=_listen, args=(url, inbox, stop), name="jobs-listen", daemon=True)
    ear.start()
    with Database(url, pool_size=2) as db, Claims(url) as claims:
        worker = Worker(db, claims, settings, state)
        well = True
        while not stop.is_set():
            inbox.wait(0 if worker.busy else PATIENCE_S)
            was, well = well, _turn(worker, inbox.take())
            state.turns, state.failures = state.turns + 1, state.failures + (not well)
            state.turned = datetime.now(UTC) if well else None
            if well and not was:
                log.info("working again", extra={"action": "working_again"})
            if not well:
                stop.wait(RETRY_S)
        worker.end()
    ear.join()


def _listen(url: str, inbox: ChangeInbox, stop: Event) -> None:
    for notice in listen(url, CHANNELS, stop):
        inbox.put(notice)


def _turn(worker: "Worker", changes: Changes) -> bool:
    """Take one turn of the worker; False if a part of it failed."""
    try:
        worker.turn(changes, datetime.now(UTC))
    except Exception as exc:
        worker.fail(exc)
        return False
    return True


class Worker:
    """State of the sites between turns. `busy` tells that past days are waiting."""

    def __init__(self, db: Database, claims: Claims, settings: Settings, state: State | None = None) -> None:
        self.busy = False
        self._state = state or State()
        self._heartbeat = Heartbeat(settings.heartbeat(NAME))
        self._db = db
        self._claims = claims
        self._clock = Clock()
        self._background = Background(settings)
        self._messenger = Background(settings, nice=0)  # for what may not wait behind long work
        self._sites: dict[str, tuple[int, Site]] = {}  # claimed ones
        self._past: dict[str, SitePast] = {}
        self._today: dict[str, Today] = {}
        self._reach_days = REACH_DAYS[0]
        self._filling: set[str] = set()  # sites whose past waits until their history is written
        self._last_past = ""  # the site whose past was worked on last
        self._resting: dict[str, datetime] = {}  # sites that failed, until when
        self._failing: dict[tuple[str, str], datetime] = {}  # work on sites that has failed since then
        self._faults: dict[str, type[Exception]] = {}  # of parts of a turn that failed when last done
        self._minute: datetime | None = None  # the last one all sites were estimated in
        self._next_claim = self._next_learn = self._turned = datetime.min.replace(tzinfo=UTC)
        self._well = self._turned  # the end of the last turn in which the database answered

    def end(self) -> None:
        """End the running background task."""
        self._background.end()
        self._messenger.end()

    def fail(self, exc: Exception) -> None:
        """Record a failed turn; a database of another version is left to a worker of that version.

        After a fault of the database, claims and news may be lost: everything is looked at again.
        """
        away = isinstance(exc, StoreUnavailable)
        self._state.trouble = AWAY if away else Ended(outcome="failed", error=exc).sentence
        if isinstance(exc, SchemaMismatch):
            self._claims.release()
        if isinstance(exc, StoreError):
            self.forget()

    def forget(self) -> None:
        """Drop all cached data, as if just started."""
        self._sites.clear()
        self._past.clear()
        self._today.clear()
        self._minute = None
        self._next_claim = self._next_learn = datetime.min.replace(tzinfo=UTC)

    def turn(self, changes: Changes, now: datetime) -> None:
        """Process new readings, the minute if a new one has begun, a piece of the past, and due duties.

        The other parts are done where one fails. Raises in the end what failed, first a fault of the database.
        """
        faults: list[Exception] = []
        with self._part("a turn", faults, ()):
            self._parts(changes, now, faults)
        if faults:
            raise max(reversed(faults), key=lambda fault: isinstance(fault, StoreError))

    def _parts(self, changes: Changes, now: datetime, faults: list[Exception]) -> None:
        if now < self._turned:  # the clock was put back: what was planned by it is planned again
            self._resting.clear()
            self._clock = Clock(self._clock.duties)
            self._well = datetime.min.replace(tzinfo=UTC)
            self.forget()
        elif changes.everything:
            self.forget()
        # At the start, or as the machine slept, the clock was put back or the database was away: nobody could be heard
        if now - self._well > 1.5 * EVERY:
            self._clock.await_others(now)
        self._turned, began = now, time.monotonic()
        if now >= self._next_claim:
            with self._part("claiming sites", faults):
                self._claim(now)
                self._filling = backfill.sites_under_way(self._db, now)
                self._next_claim = now + CLAIM_EVERY
        self._live(changes, now)
        self.busy = self._work_off_one(now)
        if now >= self._next_learn and not self.busy:
            started = time.monotonic()
            for slug, (_, site) in self._sites.items():
                self._guarded(slug, now, self._learn, site, now)
            took = timedelta(seconds=time.monotonic() - started)
            self._next_learn = now + max(LEARN_EVERY, took / LEARN_SHARE)
        # Before alerts are judged: its own silence is over. It lasts where sites could not be claimed
        if not faults and self._heartbeat.due(now, self._failing_sites().keys()):
            with self._part("the heartbeat", faults):
                self._beat(now)
        for duty in self._clock.due(now):
            with self._part(duty.name, faults):
                self._do(duty, now)
        for name, process in (("the background", self._background), ("the messenger", self._messenger)):
            with self._part(name, faults):
                self._poll(process, now)
        self._well = now + timedelta(seconds=time.monotonic() - began)

    @contextmanager
    def _part(
        self,
        name: str,
        faults: list[Exception],
        ends_turn: tuple[type[Exception], ...] = (StoreUnavailable, SchemaMismatch),
    ) -> Iterator[None]:
        """Add what fails to the faults, and log each kind once while it lasts. Raises what ends the turn."""
        try:
            yield
            self._faults.pop(name, None)
        except ends_turn:
            raise
        except Exception as exc:
            faults.append(exc)
            if self._faults.get(name) is not type(exc):
                traced = Ended(outcome="failed", error=exc).traced
                text, extra = "%s failed, and is tried again until it works: %s", {"action": "part_failed"}
                log.warning(text, name, traced, extra=extra)
            self._faults[name] = type(exc)

    def _poll(self, process: Background, now: datetime) -> None:
        """Record the task of a background process that has ended."""
        ended = process.poll(now)
        if ended is None:
            return
        self._state.runs[ended.name, ended.outcome] += 1
        if ended.outcome != "done":
            self._clock.rest(ended.name, now)
        if ended.killed:
            with self._claims.duty(ended.name, CLAIM_S) as claim:  # else another worker runs it already
                if claim:
                    job_runs.end_killed(claim, ended.name, ended.outcome, ended.killed)

    def _do(self, duty: Duty, now: datetime) -> None:
        """Run a duty, here or in a background process, unless another worker runs it or has just run it."""
        run = duty.run
        try:
            if duty.due is not None and not duty.due(self._db, now):
                return
        except (StoreUnavailable, SchemaMismatch):
            raise
        except Exception as exc:  # the run fails of it
            run = partial(_raise, exc)
            if isinstance(duty.run, str):
                self._clock.rest(duty.name, now)
        if isinstance(run, str):
            process = self._messenger if duty.prompt else self._background
            process.request(Task(name=duty.name, function=run, period=duty.period, limit=duty.limit))
            return
        ended = run_alone(
            self._db, self._claims, duty.name, lambda db: run(db, now),
            period=duty.period, limit=duty.limit,
        )  # fmt: skip
        if ended:
            self._state.runs[duty.name, ended.outcome] += 1
            if ended.error:
                text, extra = "%s failed (%s); it is tried again when due", {"action": "duty_failed"}
                log.warning(text, duty.name, ended.traced, extra=extra)

    def _claim(self, now: datetime) -> None:
        """Claim the sites that no other worker has. Raises SchemaMismatch if the database is of another version."""
        schema.check(self._db)
        with self._claims.transaction() as conn:
            ids = occupancy.site_ids(conn)
        self._failing = {key: since for key, since in self._failing.items() if key[0] in ids}
        for slug, site_id in ids.items():
            if slug not in self._sites:
                self._guarded(slug, now, self._take, slug, site_id)

    def _take(self, slug: str, site_id: int) -> bool:
        """Claim a site and load it; False if another worker has it. What fails here may not fail elsewhere."""
        if not self._claims.claim(site_id):
            return False
        try:
            site = load(self._db, slug)
            with self._claims.transaction() as conn:
                self._past[slug] = SitePast(site, occupancy.layout(conn, site_id))
        except Exception:
            self._claims.give_up(site_id)
            raise
        self._sites[slug] = site_id, site
        return True

    def _live(self, changes: Changes, now: datetime) -> None:
        """Estimate the sites with new readings, and all of them once a minute."""
        minute = now.replace(second=0, microsecond=0)
        all_due, self._minute = minute != self._minute, minute
        for slug, (_, site) in self._sites.items():
            if all_due or slug in changes.since or slug not in self._today:
                self._guarded(slug, now, self._estimate, site, now, changes.since.get(slug))

    def _guarded(self, slug: str, now: datetime, work: Callable[..., bool], *args: object) -> bool:
        """Run a piece of work on a site; after a failure the site is paused and the others go on."""
        if now < self._resting.get(slug, now):
            return False
        try:
            done = work(*args)
            self._failing.pop((slug, work.__name__), None)
            return done
        except (StoreUnavailable, SchemaMismatch):
            raise
        except Exception:
            log.exception(
                "%s cannot be estimated; it is tried again in a minute", slug, extra={"action": "site_failed"}
            )
            self._resting[slug] = now + REST
            self._failing.setdefault((slug, work.__name__), now)
            self._today.pop(slug, None)
            return False

    def _estimate(self, site: Site, now: datetime, since: datetime | None) -> bool:
        today = self._today.get(site.id)
        day = calendar.business_day(now, site)
        with self._claims.transaction() as conn:
            if today and today.day != day:  # the last minutes of the day that has ended
                today.update(conn, calendar.day_bounds(today.day, site)[1] - MINUTE, since)
                today = None
            today = today or self._begin(conn, site, day)
            today.update(conn, now, since)
        self._today[site.id] = today
        return True

    def _begin(self, conn: Connection, site: Site, day: date) -> Today:
        """Begin a business day, of this process or of the site: unfinished days before it are queued."""
        past = self._past[site.id]
        occupancy.mark_unfinished(conn, past.plan.site_id, calendar.day_bounds(day, site)[0])
        past.forget({day - DAY: None})  # it went on when it was read
        return Today(site, past.plan, day, past.learnt(conn, day, keep=True))

    def _learn(self, site: Site, now: datetime) -> bool:
        """Estimate the present day again where late data has changed the learnt parameters; False before it began."""
        today = self._today.get(site.id)
        if today is None:
            return False
        past = self._past[site.id]
        with self._claims.transaction() as conn:
            learnt = past.learnt(conn, today.day, keep=True)
            if learnt.to_json() == today.learnt.to_json():
                return True
            today = Today(site, past.plan, today.day, learnt)
            today.update(conn, now, None)
        self._today[site.id] = today
        return True

    def _work_off_one(self, now: datetime) -> bool:
        """Work on a piece of one site's past, of each in turn, so that years of one do not delay the others."""
        slugs = [slug for slug in self._sites if slug not in self._filling]
        begins = slugs.index(self._last_past) + 1 if self._last_past in slugs else 0
        for slug in slugs[begins:] + slugs[:begins]:
            if self._guarded(slug, now, self._work_off, slug, now):
                self._last_past = slug
                return True
        return False

    def _work_off(self, slug: str, now: datetime) -> bool:
        """Work on a piece of a site's past that has to be estimated again; False if there is none."""
        site_id, site = self._sites[slug]
        today = calendar.business_day(now, site)
        began, busy = time.monotonic(), time.process_time()
        with self._claims.transaction() as conn:
            days = occupancy.take_dirty(conn, site_id, self._reach_days, before=today)
            if not days:
                return False
            # Who began to write before yesterday ended may have been done since, without marking it
            marks = {day: mark if day < today - DAY else None for day, mark in days.items()}
            past_days(conn, self._past[slug], marks)
        took = max(time.process_time() - busy, (time.monotonic() - began) / BUSY, 0.01)
        share = PIECE_S / took
        self._reach_days = int(min(max(self._reach_days * min(share, 2), REACH_DAYS[0]), REACH_DAYS[1]))
        return True

    def _beat(self, now: datetime) -> None:
        with self._db.transaction() as conn:
            waiting = occupancy.dirty_days(conn)
        self._state.sites, self._state.days_waiting = len(self._sites), waiting
        self._state.failing = {run.duty for run in job_runs.states(self._db) if run.failing}
        # The database's too, unless that has a machine or a disk of its own.
        disk = shutil.disk_usage(".")
        failing = self._failing_sites()
        detail = {
            "sites": len(self._sites),
            "days_waiting": waiting,
            FAILING: failing,
            "disk_free": disk.free,
            "disk_size": disk.total,
        }
        self._heartbeat.beat(self._db, now, detail, failing.keys())

    def _failing_sites(self) -> dict[str, float]:
        """Return since when each of our sites has not been estimated, as a POSIX time."""
        since: dict[str, float] = {}
        for (slug, work), began in self._failing.items():
            if slug in self._sites or work == self._take.__name__:
                since[slug] = min(began.timestamp(), since.get(slug, math.inf))
        return since


def _raise(exc: Exception, *_: object) -> None:
    raise exc
