"""Usage of a space over a period: dwell time, turnover, utilisation, each with its interval or why there is none."""

from collections.abc import Sequence
from typing import Any

from dash import html

from besok.model.usage import Figure, Reason
from besok.model.views.series import SpaceUsage
from besok.text import formats
from besok.text.languages import _, plural
from dashboard.components import notices
from dashboard.components.elements import quiet, titled


def section(space: SpaceUsage | None, zone: str, doors: bool = False) -> Any:
    """Return the figures of a space as terms and values, or a notice; None where nothing was measured.

    `doors`: some of its doors are counted.
    """
    if space is None:
        return notices.nothing(_("Nothing to sum up yet"), _("The period has not begun."))
    use = space.usage
    if not use.coverage and not use.flow_coverage:
        return None  # the notice in place of the curve says it already
    if use.people is None and use.stay_minutes is None:
        return notices.nothing(_("Nothing to sum up"), _stay(space))
    when = formats.stamp(use.peak_at, zone) if use.peak_at else ""
    measured = _("{share} of the open hours were measured")
    if doors and use.flow_coverage < use.coverage - 0.005:  # a door that is offline is imputed
        measured = _("{share} of the open hours are known; all doors were counted {doors} of the time")
    measured = measured.format(share=formats.percent(use.coverage), doors=formats.percent(use.flow_coverage))
    if space.by_presence:
        occupied = formats.percent(use.people.value) if use.people else formats.UNKNOWN
        return titled(_("How it was used"), _terms([(_("Time occupied"), occupied, measured)]))
    cells = [
        (_("Mean dwell time"), _minutes(use.stay_minutes), _stay(space)),
        (_("Mean occupancy while open"), _mean(use.people), measured),
        (_("Peak"), _peak(use.peak), when),
        *_filled(space),
        _turnover(space),
    ]
    note = _("In brackets: the 80 % interval. Besök counts people, not who sits.")
    return titled(_("How it was used"), _terms(cells), quiet(note))


def _terms(cells: Sequence[tuple[str, str, str]]) -> Any:
    """Return figures, each with its name and basis."""
    terms = [
        html.Div([html.Dt(name), html.Dd(value), html.Dd(about, className="quiet")])
        for name, value, about in cells
    ]
    return html.Dl(terms, className="used")


def _filled(space: SpaceUsage) -> list[tuple[str, str, str]]:
    """Return seat occupancy and utilisation, where seats or capacity are stated."""
    use, cells = space.usage, []
    if space.seats:
        place = plural("of {n} seat", "of {n} seats", space.seats).format(n=formats.number(space.seats))
        cells.append((_("Seat occupancy"), _percent(use.seats_taken), place))
        cells.append((_("Peak seat occupancy"), _percent(use.seats_taken_peak), place))
    if space.capacity:
        room = plural("of {n} person", "of {n} people", space.capacity).format(
            n=formats.number(space.capacity)
        )
        cells.append((_("Utilisation"), _percent(use.utilisation), room))
        cells.append((_("Peak utilisation"), _percent(use.utilisation_peak), room))
    return cells


def _stay(space: SpaceUsage) -> str:
    """Return the number of days behind a mean dwell time, or why there is none."""
    use = space.usage
    reasons: dict[Reason, str] = {
        "running": _("Known once a day is over."),
        "no_flows": _("There is too little data from the doors."),
        "few": _("There were too few visits to say."),
        "ends": _("Too many were inside when days began or ended."),
        "disagree": _("Entries and exits do not add up."),
        "vague": _("The doors cannot measure dwell times as short as these."),
    }
    if use.stay_reason:
        return reasons[use.stay_reason]
    days = _("over {n} whole days").format(n=use.stay_days) if use.stay_days > 1 else _("over one whole day")
    return days + ", " + _("each entry is a stay")


def _turnover(space: SpaceUsage) -> tuple[str, str, str]:
    use = space.usage
    name, figure, digits = _("Visits"), use.came, 0
    if space.seats:
        name, figure, digits = _("Visits per seat and open hour"), use.per_seat_hour, 2
    elif space.capacity:
        name, figure, digits = _("Visits per place and open hour"), use.per_place_hour, 2
    text = _("{n} visits on days with data from the doors")
    return name, _number(figure, digits), text.format(n=formats.number(use.came.value)) if use.came else ""


def _number(figure: Figure | None, digits: int = 0) -> str:
    if figure is None:
        return formats.UNKNOWN
    low, high = formats.number(figure.lower, digits), formats.number(figure.upper, digits)
    return f"{formats.number(figure.value, digits)} ({low}–{high})"


def _peak(figure: Figure | None) -> str:
    """Return whole people, as beside the curve."""
    if figure is None:
        return formats.UNKNOWN
    text = formats.with_interval(figure.value, figure.lower, figure.upper)
    return plural("{n} person", "{n} people", round(figure.value)).format(n=text)


def _mean(figure: Figure | None) -> str:
    return (
        _("{n} people").format(n=_number(figure, formats.decimals(figure.value)))
        if figure
        else formats.UNKNOWN
    )


def _minutes(figure: Figure | None) -> str:
    return _("{n} min").format(n=_number(figure)) if figure else formats.UNKNOWN


def _percent(figure: Figure | None) -> str:
    if figure is None:
        return formats.UNKNOWN
    return f"{formats.percent(figure.value)} ({formats.number(figure.lower * 100)}–{formats.percent(figure.upper)})"
