"""Texts of the council paper: visits against the target, effects of actions, and the basis of the figures."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from besok.model.levers import LeverEffect
from besok.model.outlook import Outlook
from besok.model.site import Text
from besok.model.views.calendar import ActionEffect, ActionInfo
from besok.model.views.progress import Progress
from besok.text import formats, lever_text, narratives, target_text
from besok.text.languages import _, named

ACTIONS = 5  # that are named; the page has all


def title(site: Text, progress: Progress) -> str:
    """Return the headline."""
    text = _("{site}: on the way to {factor} × the visits")
    return text.format(site=named(site), factor=formats.decimal(progress.factor))


def dated(today: date, until: date) -> str:
    """Return the date of the paper and of its figures."""
    text = _("{day}. Figures up to {until}.")
    return text.format(day=formats.day(today), until=formats.day(until))


def figures(progress: Progress, coming: Outlook | None) -> list[tuple[str, str]]:
    """Return the key figures with their labels."""
    figure_list = [
        (formats.number(progress.last_365), target_text.last_year(progress)),
        (target_text.multiple(progress), target_text.baseline(progress)),
        (target_text.needed(progress), target_text.target_sentence(progress)),
    ]
    if coming and coming.odds is not None:
        figure_list.append((narratives.probability_short(coming.odds), target_text.probability(progress)))
    return figure_list


def lead(
    progress: Progress, coming: Outlook | None, weekdays: Mapping[int, float], names: Sequence[Text]
) -> list[str]:
    """Return the summary sentences."""
    lines = (
        narratives.of(coming, progress.factor, weekdays, None if progress.breaks else progress.growth)
        if coming
        else ()
    )
    return [target_text.verdict(progress), *lines, *target_text.together(names)]


def sections(
    actions: Iterable[ActionInfo],
    effects: Mapping[str, ActionEffect],
    levers: Iterable[LeverEffect],
) -> list[tuple[str, Sequence[str]]]:
    """Return the actions with their effects, and the levers; None for what is not known."""
    done = [
        f"{named(one.title)}: {narratives.effect_sentence(effects[one.action], not one.spaces)}"
        for one in actions
        if one.state == "done" and one.action in effects
    ][:ACTIONS]
    known = [f"{lever_text.name(one.lever)}: {lever_text.effect(one)}" for one in levers if one.visits_a_year]
    return [
        (_("What was done"), done or [_("No recorded action has a measurable effect yet.")]),
        (_("What would bring more visits"), known or [_("The site's own history cannot say yet.")]),
    ]


def end(line: str, visits: float | None) -> str:
    """Return the label at the end of a line of the chart: its name and last value."""
    return line if visits is None else f"{line} {formats.number(narratives.rounded(visits))}"


def sources(progress: Progress, coming: Outlook | None) -> str:
    """Return the basis of the figures."""
    counted = _(
        "Visits are entries through the outer doors; {share} of the last 365 days were counted completely."
    )
    source_text = _("Counts from {source} are shown as they were imported.")
    forecast = _("Forecast of {day}, method {model}.")
    source = " + ".join(dict.fromkeys(one for one in (progress.baseline_source, progress.source_365) if one))
    sentences = (
        counted.format(share=formats.percent(progress.coverage_365)),
        source_text.format(source=formats.source(source)) if source else "",
        forecast.format(day=formats.day(coming.origin), model=coming.model) if coming else "",
    )
    return " ".join(filter(None, sentences))
