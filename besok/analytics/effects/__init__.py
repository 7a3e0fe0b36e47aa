"""Effects of actions and of programme events, with how sure they are.

    effect_of_action(first, visits, since, acted=sundays)     # longer Sunday hours
    effect_of_event(counts, day, first, last, ...)            # a concert

Method: docs/explanation/effects.md.
"""

from besok.analytics.effects.action import contribution, effect_of_action
from besok.analytics.effects.event import effect_of_event

__all__ = ["contribution", "effect_of_action", "effect_of_event"]
