"""What a run showed: which faults a broker's limits explain, each with its story, and a verdict in one line."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.torture.run import Course
from tests.torture.schedule import Blow
from tests.torture.verdict import Fault
from tests.torture.world import Kind, Letter

# Mosquitto writes its queues to disk every 5 seconds (autosave_interval) and looks at the clock once a second.
UNSAVED_S = {"mosquitto": 6.0, "rabbitmq": 0.0}

# A message with neither time nor number may count twice after these (docs/decisions/009-redelivery.md).
BROKER_OR_COLLECTOR = (
    Blow.BROKER_KILLED,
    Blow.BROKER_RESTARTED,
    Blow.COLLECTOR_KILLED,
    Blow.COLLECTOR_STOPPED,
)
AMBIGUOUS = {"mosquitto": (Blow.BROKER_KILLED,), "rabbitmq": BROKER_OR_COLLECTOR}
SHOWN = 12  # faults of a kind that are told one by one
NAMELESS = (Kind.BARE, Kind.ALIKE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The faults that the broker's stated limits explain, and those that nothing does."""

    explained: Sequence[Fault]
    unexplained: Sequence[Fault]


def weigh(faults: Sequence[Fault], letters: Sequence[Letter], course: Course, broker: str) -> Findings:
    """Which faults lie inside what the broker is known to forget."""
    kills, window_s = course.times(Blow.BROKER_KILLED), UNSAVED_S[broker]
    room = Counter(
        letter.facts[0].device
        for letter in letters
        if letter.kind is Kind.ALIKE and _age(letter, kills) <= window_s
    )
    explained: list[Fault] = []
    unexplained: list[Fault] = []
    for fault in faults:
        if (
            fault.what == "lost" and fault.letter is None
        ):  # one of many that are alike: at most those that may be
            room[fault.device] -= 1
            good = room[fault.device] >= 0
        elif fault.what == "lost" and fault.letter:
            good = _age(fault.letter, kills) <= window_s
        else:
            good = (
                fault.what == "doubled"
                and fault.kind in NAMELESS
                and _between(fault, course, AMBIGUOUS[broker])
            )
        (explained if good else unexplained).append(fault)
    return Findings(explained=explained, unexplained=unexplained)


def _between(fault: Fault, course: Course, blows: Sequence[Blow]) -> bool:
    """Whether one of the blows fell between the first and the last time that it came; or at all, if alike ones hide
    when that was."""
    fell = [s.when for s in course.struck if s.blow in blows]
    return any(not fault.received or fault.received[0] <= when <= fault.received[-1] for when in fell)


def told(findings: Findings, letters: Sequence[Letter], course: Course, started: float) -> Iterator[str]:
    """The findings in lines of text; moments are seconds since `started` on the monotonic clock."""
    for title, faults in (
        ("explained by the broker", findings.explained),
        ("NOT EXPLAINED", findings.unexplained),
    ):
        if not faults:
            continue
        counted = Counter((f.what, f.kind.value if f.kind else "") for f in faults)
        yield f"{title}: " + ", ".join(
            f"{n} {what} {kind}".rstrip() for (what, kind), n in sorted(counted.items())
        )
        for fault in faults[:SHOWN]:
            yield f"  {fault.what}: {fault.said}" + _story(fault, course, started)
        if len(faults) > SHOWN:
            yield f"  and {len(faults) - SHOWN} more"
    yield from _losses(findings, course, started)


def _losses(findings: Findings, course: Course, started: float) -> Iterator[str]:
    """For each kill of the broker, what it cost (but for alike ones, of which none can be told from another) and how
    long before it that had been acknowledged."""
    kills = course.times(Blow.BROKER_KILLED)
    ages: dict[float, list[float]] = {kill: [] for kill in kills}
    for letter in (f.letter for f in findings.explained if f.what == "lost" and f.letter):
        ages[min(kill for kill in kills if kill >= letter.opened)].append(_age(letter, kills))
    for kill, before in ages.items():
        span = f", acknowledged {max(before):.2f} to {min(before):.2f} s before" if before else ""
        yield f"  broker killed at {kill - started:7.2f} s: {len(before):5} readings lost{span}"


def _age(letter: Letter, kills: Sequence[float]) -> float:
    """How old an acknowledgement was when the broker was killed next.

    What we read a moment after the kill, on a connection from before it, was sent before it.
    """
    if letter.acked is None:
        return float("inf")
    return min(
        (max(0.0, kill - letter.acked) for kill in kills if kill >= letter.opened), default=float("inf")
    )


def _story(fault: Fault, course: Course, started: float) -> str:
    parts = []
    letter = fault.letter
    if letter and letter.sent:
        sent = ", ".join(f"{t - started:.3f}" for t in letter.sent)
        acked = f"{letter.acked - started:.3f}" if letter.acked is not None else "never"
        parts.append(f"letter {letter.number} sent at {sent} s, acknowledged {acked}")
        if letter.unheard:
            parts.append(f"{letter.unheard} times the broker said that nobody listens")
        moment = letter.acked if letter.acked is not None else letter.sent[-1]
        if near := min(course.struck, key=lambda s: abs(s.at - moment), default=None):
            parts.append(
                f"nearest blow: {near.what} at {near.at - started:.3f} s ({near.at - moment:+.3f} s)"
            )
    if fault.received:
        parts.append("received " + ", ".join(f"{t:%H:%M:%S.%f}" for t in fault.received))
    return " | " + "; ".join(parts) if parts else ""


def summary(letters: Sequence[Letter], findings: Findings, course: Course, broker: str, took_s: float) -> str:
    """The run in one line."""
    blows = Counter(s.blow for s in course.struck)
    readings = sum(len(letter.facts) for letter in letters if letter.safe)
    unheard = sum(letter.unheard for letter in letters)
    lost = sum(f.what == "lost" for f in findings.unexplained)
    twice = Counter(
        f.kind for f in (*findings.explained, *findings.unexplained) if f.what in ("doubled", "invented")
    )
    doubled = ", ".join(f"{twice[kind]} {kind.value}" for kind in Kind)
    return (
        f"{broker}: {readings} readings in {len(letters)} messages acknowledged, {sum(blows.values())} blows in"
        f" {took_s:.0f} s ({unheard} times it said that nobody listens);"
        f" unexplained: {lost} lost, {len(findings.unexplained) - lost} other;"
        f" inside the broker's limits: {len(findings.explained)}; twice: {doubled}"
        f"  ({datetime.now(UTC):%Y-%m-%d %H:%M} UTC)"
    )
