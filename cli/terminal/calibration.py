"""Calibration on a terminal."""

from collections.abc import Iterator

from besok.model.plurals import many
from besok.model.site import WEEKDAYS
from besok.model.validation import Accuracy
from besok.model.views.calibration import CountInfo, SiteCalibration
from cli.terminal.tables import listing

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
PROPOSAL = (
    "id portal factor_in factor_out proposed proposed_by decision decided decided_by decided_why"
    " valid_from valid_to undone undone_by undone_why"
)
SHOWN = 10  # counts


def lines(known: SiteCalibration) -> Iterator[str]:
    """Yield the calibration of a site: doors, advice, latest counts, proposals."""
    yield f"{known.site}: sensor / person, with the 95 % interval"
    yield from listing(
        known.doors,
        "portal counts last_counted correction.factor_in correction.factor_out",
        in_=lambda door: _accuracy(door.into),
        out=lambda door: _accuracy(door.out),
        exchanged=lambda door: door.swapped,
    )
    yield from _advice(known)
    yield from listing(
        known.counts[:SHOWN],
        "id portal begins counted_by counted_in counted_out compared.device_in compared.device_out",
        remark=_remark,
    )
    yield from listing(known.history, PROPOSAL)


def _accuracy(known: Accuracy) -> str:
    if known.accuracy is None or known.lower is None or known.upper is None:
        return VERDICTS[known.verdict]
    return f"{known.accuracy:.2f} ({known.lower:.2f}-{known.upper:.2f}) {VERDICTS[known.verdict]}"


def _advice(known: SiteCalibration) -> Iterator[str]:
    if not known.advice:
        yield _no_advice(known)
    for n, advice in enumerate(known.advice[:3]):
        day = WEEKDAYS[advice.weekday].capitalize()
        yield (
            f"{'Count next' if n == 0 else 'then'}: {advice.portal}, {day} {advice.hour:02}-{advice.hour + 1:02}, "
            f"about {many(advice.expected, 'person', 'people')} in 15 minutes; the uncertainty of visits falls from "
            f"{advice.margin_now:.1%} to {advice.margin_after:.1%}"
        )


def _no_advice(known: SiteCalibration) -> str:
    if not known.doors:
        return "No door has a sensor."
    if not known.usual_week:
        return (
            "No one was counted entering in the last eight weeks: there is no advice on what to count next."
        )
    return "Another count would teach next to nothing."


def _remark(count: CountInfo) -> str:
    if count.discarded:
        return f"discarded: {count.discarded_why or ''}"
    if problem := PROBLEMS.get(count.compared.problem or ""):
        return problem
    return "" if count.used else "not used: the sensor is another now, or counts differently"
