"""What events of the programme gave, as the page says it."""

from dataclasses import replace

import pytest

from besok.model.effects import EventEffect, Extra
from dashboard.components import programme_effects

MORE = EventEffect(
    verdict="more",
    during=Extra(visits=104.0, expected=40.0, extra=64.0, lower=41.0, upper=80.0, odds=0.99),
)


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("effect", "said"),
    [
        (MORE, "+64 (+41 to +80)"),
        (replace(MORE, origin="new"), "+64 (+41 to +80)"),
        (
            replace(MORE, origin="moved"),
            "+64 (+41 to +80), mostly people who would otherwise have come at another hour",
        ),
        (
            replace(MORE, origin="partly"),
            "+64 (+41 to +80), some of them would otherwise have come at another hour",
        ),
        (replace(MORE, verdict="chance"), "no clear effect (+41 to +80)"),
        (EventEffect(verdict="too_few_days"), "too few comparable days"),
        (EventEffect(verdict="not_observed"), "not counted then"),
    ],
)
def test_what_an_event_gave_is_said_with_whence_they_came(effect: EventEffect, said: str) -> None:
    assert programme_effects._effect_text(effect) == said
