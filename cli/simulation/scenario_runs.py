"""`besok run-scenarios`: computes the questions of planners, one at a time.

Of several such processes one works; the others stand by. A question left half done is resumed by the next process, and
given up after a few attempts.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any, Final

import msgspec

from besok.model.errors import BesokError, SchemaMismatch, StoreError
from besok.model.scenarios import FailedFor, RunState, ScenarioSpec
from besok.model.settings import Settings
from besok.model.site import SiteFile
from besok.model.views.scenarios import ScenarioResult
from besok.store import scenarios as store
from besok.store import schema
from besok.store.claims import Claims
from besok.store.database import Database
from besok.store.heartbeats import Heartbeat
from besok.store.scenarios import Claim
from besok.store.sites import load_all, no_site
from cli.simulation import scenario_play, sensor_notice
from cli.simulation.fit import learnt
from cli.simulation.scenario_files import worlds
from cli.simulation.scenario_metrics import AWAY, State
from cli.simulation.whatif import as_body
from sensors_sim.planner_question import connected, scenario_of
from sensors_sim.scenario import ORDINARY
from sensors_sim.utilisation import Utilisation
from sensors_sim.whatif import Question, Task, what_if

log = logging.getLogger(__name__)

NAME: Final = "scenarios"  # in the heartbeat
DUTY: Final = "run scenarios"
PAUSE_S: Final = 1.0  # between two looks at the queue
LIMIT_S: Final = 900.0  # of one question
ATTEMPTS: Final = 3  # of one question, before it is given up
TELL_S: Final = 0.5  # between two notes of how far it is


class _Abandoned(Exception):
    """The question was withdrawn, or this process is to end."""


class _TooLong(Exception):
    """The question exceeds its time limit."""


def run(settings: Settings, stop: Event, state: State | None = None) -> None:
    """Work until `stop` is set, and record it in `state`. A lost database is waited for.

    What is to be played live is played in a thread of its own.
    """
    state = state or State()
    url = settings.database_url.get_secret_value()
    with Database(url, pool_size=3) as db:
        player = Thread(target=scenario_play.run, args=(db, settings, stop), name="player")
        player.start()
        try:
            _answer_all(db, url, stop, settings.heartbeat(NAME), state)
        finally:
            stop.set()
            player.join()


def _answer_all(db: Database, url: str, stop: Event, name: str, state: State) -> None:
    well = True
    with Claims(url) as claims:
        worker = Worker(db, claims, stop, name=name, state=state)
        while not stop.is_set():
            was, worked = well, False
            try:
                worked, well = worker.turn(), True
            except StoreError as exc:
                well, state.beaten = False, None
                state.trouble = str(exc) if isinstance(exc, SchemaMismatch) else AWAY
                if was:
                    text = "scenarios wait for the database: %s"
                    log.warning(text, exc.in_full, extra={"action": "scenarios_wait"})
            if not worked:
                stop.wait(PAUSE_S)


class Worker:
    """One process that computes, watched by its `name`; `limit_s` is what a question may take."""

    def __init__(
        self,
        db: Database,
        claims: Claims,
        stop: Event,
        limit_s: float = LIMIT_S,
        name: str = NAME,
        state: State | None = None,
    ) -> None:
        self._db, self._claims, self._stop, self._limit_s = db, claims, stop, limit_s
        self._heartbeat = Heartbeat(name)
        self._state = state or State()

    def turn(self) -> bool:
        """Answer the next question; False if the queue is empty, or another process works. Raises StoreError."""
        schema.check(self._db)
        self.beat()
        if not store.waits(self._db):
            return False
        with self._claims.duty(DUTY, 2 * self._limit_s) as claim:
            claimed = store.claim(self._db, datetime.now(UTC)) if claim else None
            if claimed:
                self._answer(claimed)
        return claimed is not None

    def beat(self) -> None:
        """Record now and then that the process works."""
        now = datetime.now(UTC)
        self._heartbeat.beat(self._db, now, {})
        self._state.beaten = now

    def _answer(self, claimed: Claim) -> None:
        if claimed.attempt > ATTEMPTS:
            self._end(claimed, "failed", "crashed")
            return
        try:
            result = answered(self._db, claimed, Parts(self, claimed, self._limit_s))
        except _Abandoned:
            log.info("scenario %d was left", claimed.number, extra={"action": "scenario_left"})
        except _TooLong:
            self._end(claimed, "failed", "too_long")
        except StoreError:
            raise  # whoever comes next takes it up
        except BesokError as exc:
            log.warning(
                "scenario %d cannot be simulated: %s",
                claimed.number,
                exc,
                extra={"action": "scenario_unusable"},
            )
            self._end(claimed, "failed", "unusable")
        except Exception:
            log.exception("scenario %d failed", claimed.number, extra={"action": "scenario_failed"})
            self._end(claimed, "failed", "broken")
        else:
            self._end(claimed, "done", result=result)

    def _end(
        self,
        claimed: Claim,
        state: RunState,
        reason: FailedFor = "",
        result: dict[str, Any] | None = None,
    ) -> None:
        self._state.ended[state] += 1
        store.end(self._db, claimed, state, datetime.now(UTC), reason=reason, result=result)

    @property
    def ends(self) -> bool:
        """Whether this process was asked to end."""
        return self._stop.is_set()

    def note_progress(self, claimed: Claim, done: int, total: int) -> bool:
        """Record the progress of a question; False once it was withdrawn from this process."""
        return store.progress(self._db, claimed, done, total)


class Parts:
    """The parts of a question: after each, progress is recorded, and cancellation checked."""

    def __init__(self, worker: Worker, claimed: Claim, limit_s: float) -> None:
        self._worker, self._taken = worker, claimed
        self._until = time.monotonic() + limit_s
        self._told = float("-inf")
        self.done, self.total = 0, 0

    def expect(self, parts: int) -> None:
        """Add further parts."""
        self.total += parts

    def step(self) -> None:
        """Complete one part. Raises _Abandoned, _TooLong."""
        self.done += 1
        self._worker.beat()
        if self._worker.ends:
            raise _Abandoned
        now = time.monotonic()
        if now - self._told >= TELL_S:
            self._told = now
            if not self._worker.note_progress(self._taken, self.done, self.total):
                raise _Abandoned
        if now > self._until:
            raise _TooLong

    def each(self, look: Callable[[Task], Utilisation], tasks: Sequence[Task]) -> Iterator[Utilisation]:
        """Map a function over the tasks, a part for each."""
        self.expect(len(tasks))
        for task in tasks:
            yield look(task)
            self.step()


def answered(db: Database, claimed: Claim, parts: Parts) -> dict[str, Any]:
    """Compute the result of a question, as it is stored. Raises ScenarioError, NotFound, _Abandoned, _TooLong."""
    spec = msgspec.convert(claimed.spec, ScenarioSpec)
    stored = SiteFile(sites=tuple(load_all(db)))
    site = next((one for one in stored.sites if one.id == claimed.site), None)
    if site is None:
        raise no_site(db, claimed.site)
    sites = connected(stored, site.id)
    if spec.sensor:
        parts.expect(sensor_notice.REPLICATIONS)
    known = learnt(db, sites, site, datetime.now(UTC))
    today, then = worlds(known or ORDINARY, scenario_of(spec, site))
    question = Question(
        site_file=sites,
        today=today,
        then=then,
        first=spec.first,
        last=spec.last,
        seeds=tuple(range(spec.seed, spec.seed + (spec.replications if spec.about_people else 1))),
    )
    answer = what_if(question, parts.each)
    noticed = None
    if spec.sensor:
        tried = []
        for one in sensor_notice.tries(sites, site, spec.sensor, then, spec.first):
            tried.append(one)
            parts.step()
        noticed = sensor_notice.notice(site, spec.sensor, tried)
    result = ScenarioResult(answer=answer, sensor=noticed, learnt=known is not None)
    return {**msgspec.to_builtins(result), "answer": as_body(answer)}
