"""Levers as labels and one plain sentence each, in the language of the present request."""

from besok.model.levers import Lever, LeverEffect
from besok.text import formats
from besok.text.languages import _
from besok.text.narratives import rounded


def name(lever: Lever) -> str:
    """Return the label of one more unit of a lever."""
    return {
        "sunday": _("Open every Sunday, compared with none"),
        "evenings": _("Open an hour longer, Monday to Friday"),
        "staffless": _("Open with card for an hour more, Monday to Friday"),
        "door": _("One more entrance"),
        "event": _("One more event every week"),
        "park": _("One more day every week on which the park has twice as many visits"),
    }[lever]


def effect(one: LeverEffect) -> str:
    """Describe the visits a year that go with a lever, with their interval; or that the history cannot tell."""
    gain = one.visits_a_year
    if gain is None or one.would_show is None:
        return _("No evidence: too few weeks differed in this.")
    low, high = (formats.signed(rounded(bound)) for bound in (gain.lower, gain.upper))
    if one.verdict == "unclear":
        text = _(
            "No clear effect (95 % interval {low} to {high}); an effect of {n} visits a year would show."
        )
        return text.format(low=low, high=high, n=formats.number(rounded(one.would_show)))
    text = _("{n} visits a year (95 % interval {low} to {high}).")
    return text.format(n=formats.signed(rounded(gain.estimate)), low=low, high=high)
