"""Texts of findings: the sentence with its evidence, the certainty, and the advice."""

from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from besok.model.access import Right
from besok.model.findings import Finding
from besok.model.site import Text
from besok.text import formats
from besok.text.languages import _, in_both, named, plural

Names = Mapping[str, Text]  # of portals and spaces, by id
May = Callable[[Right], bool]

SURE_ODDS = 1e5  # more is said as "more than"


def sentence(finding: Finding, names: Names, zone: str) -> Text:
    """Describe a finding, with numbers and since when: `Park entrance counts 9% fewer out than in since 3 March.`"""
    return in_both(lambda: _sentence(finding, names, zone))


def certainty(finding: Finding) -> Text:
    """Describe the certainty: the interval, the days of evidence, the likelihood ratio. Empty where it is plain."""
    return in_both(lambda: ", ".join(_certainty(finding)))


def advice(finding: Finding, may: May = lambda _right: True) -> Text:
    """Return the recommended action for somebody who `may` do what some rights allow."""
    return in_both(lambda: _advice(finding, may))


def watched(fixed: datetime, zone: str) -> Text:
    """Return the advice after the cause was changed: wait, and do not change it again."""
    return in_both(lambda: _watched(fixed, zone))


def _watched(fixed: datetime, zone: str) -> str:
    text = _(
        "Fixed {day}, watching: the sensor's placement or its readings were changed then. Leave them as they are; "
        "this ends by itself once new days show that it is right."
    )
    return text.format(day=formats.day_of_year(fixed.astimezone(ZoneInfo(zone))))


def _sentence(f: Finding, names: Names, zone: str) -> str:
    since = f.since.astimezone(ZoneInfo(zone))
    other = str(f.evidence.get("other", ""))
    values = {
        "sensor": f"{_name(f.portal or f.space, names)} ({f.device})",
        "day": formats.day_of_year(since),
        "time": _("{day} {time}").format(day=formats.day_of_year(since), time=f"{since:%H:%M}"),
        "other": _name(other, names),
        "device": f.evidence.get("other_device", ""),
    }
    return _template(f).format(**values, **_numbers(f))


def _name(place: str, names: Names) -> str:
    return named(names[place]) if place in names else place


def _get(finding: Finding, name: str) -> float:
    value = finding.evidence.get(name, 0.0)
    return float(value) if isinstance(value, int | float) else 0.0


def _counted(one: str, many: str, value: float, digits: int = 0) -> str:
    """Return a number with its word."""
    text = formats.number(value, digits)
    return plural(one, many, 1 if text == "1" else 2).format(n=text)


def _numbers(f: Finding) -> dict[str, str]:
    """Return the evidence formatted for the sentences."""
    share = _get(f, "out_share")
    less = 1 - _get(f, "share") if f.kind == "fading" else 1 - min(share, 1 / share if share else 1)
    plain = ("sensors", "passed", "expected", "same", "quarters", "capacity", "limit")
    return {
        **{name: formats.number(_get(f, name)) for name in plain},
        "less": formats.percent(less),
        "passers": formats.number(_get(f, "people")),
        "people": _counted("{n} person", "{n} people", _get(f, "people")),
        "times": _counted("{n} time", "{n} times", _get(f, "times")),
        "hours": _counted("{n} hour", "{n} hours", _get(f, "hours"), int(f.kind == "swapped")),
        "steps": _counted("{n} quarter-hour", "{n} quarter-hours", _get(f, "steps")),
        "days": _counted("{n} day", "{n} days", _get(f, "days")),
        "nights": _counted("{n} night", "{n} nights", _get(f, "nights")),
    }


def _variant(f: Finding) -> str:
    """Return the kind of a finding with the variant that its sentence and advice depend on."""
    if f.kind == "silent" and not f.device:
        return "silent_site"
    if f.kind in ("silent", "blind") and _get(f, "never"):
        return f"{f.kind}_never"
    if f.kind == "unbalanced":
        return "unbalanced_out" if _get(f, "out_share") < 1 else "unbalanced_in"
    return f"{f.kind}_space" if f.kind in ("stuck", "impossible", "ghost") and f.space else f.kind


def _template(f: Finding) -> str:
    """Return the sentence of a finding, with placeholders for its values."""
    variant = _variant(f)
    if "other" in f.evidence and f.kind == "unbalanced":
        variant += "_other"
    return {
        "silent": _("{sensor} has been offline since {time}."),
        "silent_site": _("All {sensors} sensors of the site have been offline since {time}."),
        "silent_never": _("{sensor} has never been seen."),
        "flapping": _("{sensor} comes and goes: offline {times}, {hours} in all, since {day}."),
        "stuck": _("{sensor} counted exactly {passers} in {steps} in a row, and never fewer, since {time}."),
        "stuck_space": _(
            "{sensor} has shown {people} without a change since {time}, while {passed} passed the doors around it."
        ),
        "blind": _(
            "{sensor} has counted nobody since {time}, while {passed} passed the other doors; about {expected} "
            "should have been counted here."
        ),
        "blind_never": _(
            "{sensor} is online but has never counted anybody, while {passed} passed the other doors."
        ),
        "fading": _("{sensor} counts {less} fewer than before since {day}, compared with the other doors."),
        "swapped": _(
            "{sensor} has swapped in and out since {day}: by its count, on {days} people left {hours} before they came."
        ),
        "unbalanced_out": _("{sensor} counts {less} fewer out than in since {day}."),
        "unbalanced_in": _("{sensor} counts {less} fewer in than out since {day}."),
        "unbalanced_out_other": _(
            "{sensor} counts {less} fewer out than in since {day}, or else {other} does."
        ),
        "unbalanced_in_other": _(
            "{sensor} counts {less} fewer in than out since {day}, or else {other} does."
        ),
        "double": _(
            "{sensor} and {other} ({device}) count the same passages: {same} of {quarters} quarter-hours are equal, "
            "so everybody is counted twice."
        ),
        "impossible": _(
            "{sensor} counted {people} in a quarter of an hour, {times} since {time}; no more than {limit} can pass."
        ),
        "impossible_space": _("{sensor} has shown {people} since {time}; the place holds {capacity}."),
        "ghost": _(
            "{sensor} counts {people} a night when nothing else moves, {nights} of the last seven, since {day}."
        ),
        "ghost_space": _(
            "{sensor} saw somebody for {hours} on end though nobody passed the doors, since {day}."
        ),
    }[variant]


def _certainty(finding: Finding) -> list[str]:
    parts = []
    if finding.kind in ("unbalanced", "fading"):
        low, high = _interval(finding)
        text = _("95 % interval {low}–{high}")
        parts.append(text.format(low=formats.number(100 * low), high=formats.percent(high)))
    if _get(finding, "days") and finding.kind in ("unbalanced", "fading", "swapped"):
        parts.append(_counted("{n} day", "{n} days", _get(finding, "days")))
        many = finding.odds >= SURE_ODDS
        text = _("likelihood ratio above {n}") if many else _("likelihood ratio {n}")
        parts.append(text.format(n=formats.number(min(finding.odds, SURE_ODDS))))
    return parts


def _interval(finding: Finding) -> tuple[float, float]:
    """Return the lower and upper bound of the share that is counted less."""
    if finding.kind == "fading":
        return 1 - _get(finding, "upper"), 1 - _get(finding, "lower")
    shares = sorted(
        (1 - abs(b) / 2) / (1 + abs(b) / 2) for b in (_get(finding, "lower"), _get(finding, "upper"))
    )
    if _get(finding, "lower") * _get(finding, "upper") < 0:
        shares[1] = 1.0
    return 1 - shares[1], 1 - shares[0]


def _advice(f: Finding, may: May) -> str:
    advice = {
        "silent_site": _(
            "Check whether the network, the broker and the collector are running. Whoever runs Besök can find out "
            "what is missing."
        ),
        "silent_never": _(
            "Check that it is mounted and sending. If it is listed under Unassigned sensors by another name, "
            "assign it there, and remove this one."
        ),
        "silent": _(
            "Check whether it has power and network. What is missing is estimated and marked; it never counts as "
            "zero."
        ),
        "flapping": _("Check its plug, its power and the network coverage where it is mounted."),
        "stuck": _("Restart it. If that does not help, replace it."),
        "blind_never": _(
            "Check that its counting line lies across the path, and that the right one of its lines is assigned."
        ),
        "blind": _(
            "Check whether something stands in front of it, or whether the door is closed: then acknowledge with "
            "that reason."
        ),
        "fading": _(
            "Clean its lens, check whether it was moved, and count by hand for a quarter of an hour. If people "
            "take another way now, acknowledge with that reason."
        ),
        "swapped": _(
            "Turn the direction in the sensor, or under Edit site, Sensors. With a first day there, past days are "
            "corrected too."
        ),
        "unbalanced": _(
            "Count both ways by hand for a quarter of an hour. Check where its line lies, and whether people use a "
            "door without a counter."
        ),
        "double": _("Remove one of them under Edit site, Sensors."),
        "impossible": _(
            "Check the sensor's memory and settings, and that the capacity under Edit site is right."
        ),
        "ghost": _(
            "Look for what moves or is warm there: a curtain, a computer, a sign, headlights from outside."
        ),
    }
    advice |= _asking_others(may)
    return advice.get(_variant(f)) or advice[f.kind]


def _asking_others(may: May) -> dict[str, str]:
    """Return the advice for those who may not do it themselves, and do not see the page on which others do."""
    advice = {}
    if not may("administer"):
        advice["swapped"] = _(
            "Turn the direction in the sensor, or ask an administrator to turn it in Besök."
        )
        advice["double"] = _("Ask an administrator to remove one of them.")
        advice["impossible"] = _(
            "Check the sensor's memory and settings, and ask an administrator whether the capacity is right."
        )
    if not may("diagnose"):
        advice["silent_never"] = _(
            "Check that it is mounted and sending. If it sends under another name, ask an administrator to assign it."
        )
    return advice
