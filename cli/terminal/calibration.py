"""Calibration on a terminal."""

from collections.abc import Iterator

from besok.model.calendar import WEEKDAYS
from besok.model.plurals import many
from besok.model.validation import Accuracy
from besok.model.views.calibration import Calibration, CountInfo, DoorInfo, SiteCalibration
from cli.terminal.tables import table

VERDICTS = {
    "none": "not counted",
    "few": "too few counted",
    "good": "good",
    "unsure": "count more",
    "factor": "counts wrong",
    "broken": "fix it",
}
PROBLEMS = {
    "no_sensor": "no sensor then",
    "silent": "the sensor was silent",
    "short": "too short",
    "waiting": "waits for the sensor",
    "expired": "the readings of that time are deleted",
}
SHOWN = 10  # counts


def listing(known: SiteCalibration) -> Iterator[str]:
    """Yield the calibration of a site: doors, advice, latest counts, proposals."""
    yield f"{known.site}: sensor / person, with the interval that holds 19 times of 20"
    heads = ("door", "in", "verdict", "out", "verdict", "counts", "last", "corrected")
    yield from ("  " + line for line in table(heads, map(_door, known.doors)))
    yield from ("  " + line for line in _advice(known))
    for heading, lines in (
        ("Counts", map(_count, known.counts[:SHOWN])),
        ("Proposals", map(proposal, known.history)),
    ):
        rows = list(lines)
        if rows:
            yield f"  {heading}:"
            yield from (f"    {row}" for row in rows)


def proposal(found: Calibration) -> str:
    """`3 entrance: in x 1.11, out x 1.00, proposed 2026-03-03 by Kim; accepted by Robin: ..., from 2026-03-02`."""
    said = (
        f"{found.id} {found.portal}: in x {found.factor_in:.3f}, out x {found.factor_out:.3f}, "
        f"proposed {found.proposed:%Y-%m-%d} by {found.proposed_by}"
    )
    if found.decided:
        said += f"; {found.decision} by {found.decided_by} {found.decided:%Y-%m-%d}: {found.decided_why}"
    if found.valid_from:
        said += f", from {found.valid_from:%Y-%m-%d}" + (
            f" to {found.valid_to:%Y-%m-%d}" if found.valid_to else ""
        )
    if found.undone:
        said += f"; undone by {found.undone_by} {found.undone:%Y-%m-%d}: {found.undone_why}"
    return said


def _door(door: DoorInfo) -> tuple[str, ...]:
    ways = [text for known in (door.into, door.out) for text in (_accuracy(known), VERDICTS[known.verdict])]
    if door.swapped:
        ways[1] = ways[3] = "in and out exchanged?"
    last = f"{door.last_counted:%Y-%m-%d}" if door.last_counted else "-"
    force = door.correction
    factors = f"in x {force.factor_in:.3f}, out x {force.factor_out:.3f}" if force else "-"
    return (door.portal, *ways, str(door.counts), last, factors)


def _accuracy(known: Accuracy) -> str:
    if known.accuracy is None or known.lower is None or known.upper is None:
        return "-"
    return f"{known.accuracy:.2f} ({known.lower:.2f}-{known.upper:.2f})"


def _advice(known: SiteCalibration) -> Iterator[str]:
    if not known.advice:
        yield _no_advice(known)
    for n, advice in enumerate(known.advice[:3]):
        day = WEEKDAYS[advice.weekday].capitalize()
        yield (
            f"{'Count next' if n == 0 else 'then'}: {advice.portal}, {day} {advice.hour:02}-{advice.hour + 1:02}, "
            f"about {many(advice.expected, 'person', 'people')} in 15 minutes; the doubt about visits goes from "
            f"{advice.margin_now:.1%} to {advice.margin_after:.1%}"
        )


def _no_advice(known: SiteCalibration) -> str:
    if not known.doors:
        return "No door has a sensor."
    if not known.usual_week:
        return "Nobody was seen to enter in the last eight weeks: what to count next cannot be told."
    return "Another count would teach next to nothing."


def _count(count: CountInfo) -> str:
    seen = count.compared
    people = f"{seen.counted_in:.0f} in, {seen.counted_out:.0f} out"
    told = f"{people}; sensor {seen.device_in:.0f} in, {seen.device_out:.0f} out"
    why = (
        "discarded: " + (count.discarded_why or "")
        if count.discarded
        else PROBLEMS.get(seen.problem or "", "")
    )
    if not why and not count.used:
        why = "not used: the sensor is another now, or counts differently"
    state = f" [{why}]" if why else ""
    shown = told if seen.problem is None else f"{count.counted_in} in, {count.counted_out} out"
    return f"{count.begins:%Y-%m-%d %H:%M} UTC {count.portal}, {count.counted_by}: {shown}{state} {count.id}"
