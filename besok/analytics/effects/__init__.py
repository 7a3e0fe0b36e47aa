"""What worked: the effect of an action and of a programme event, with how sure that is.

    effect_of_action(first, visits, since, acted=sundays)     # longer Sunday hours
    effect_of_event(counts, day, first, last, ...)            # a concert

How it is reckoned, and how well it does: docs/explanation/effects.md.
"""

from besok.analytics.effects.action import contribution, effect_of_action
from besok.analytics.effects.event import effect_of_event
from besok.analytics.effects.step_model import Step, step
from besok.model.views.effects import Change, Effect, EventEffect, Extra, Range

__all__ = [
    "Change",
    "Effect",
    "EventEffect",
    "Extra",
    "Range",
    "Step",
    "contribution",
    "effect_of_action",
    "effect_of_event",
    "step",
]
