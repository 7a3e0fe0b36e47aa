"""Questions that only somebody at the place can answer, each with the lines of a mapping that would answer it."""

from typing import Any, Final

from besok.model.metrics import METRICS
from collectors.adapters import hints
from collectors.adapters.jsontext import show
from collectors.devices.format import Format, Value

ANSWER: Final = "say what it is on the page Sensors, or write a mapping (docs/reference/mappings.md)"
_CHOICES: Final = {
    "people": "people present",
    "passages": "people who passed since the last message",
    "passages_total": "people who passed, a running total",
    "occupied": "whether somebody is there",
}


def of_value(value: Value, raw: Any, form: Format, topic: str) -> str:
    """Ask what a value is of which the table says that it `asks`."""
    path = next((path.text for path in value.paths if path.text[2:] == value.said), value.paths[0].text)
    choice = hints.Choice(values={value.metric: path}, says=METRICS[value.metric].description)
    lines = hints.mapping(
        topic,
        [choice],
        device=form.device[0].text if form.device else "",
        time=form.time[0].text if form.time else "",
    )
    return f"{value.said} is {show(raw)}: {value.asks}; {ANSWER}:\n{lines}"


def of_name(name: str, path: str, topic: str) -> str:
    """Ask about a value of which only its name says that it may be of people."""
    choices = [hints.Choice(values={metric: path}, says=says) for metric, says in _CHOICES.items()]
    lines = hints.mapping(topic, choices)
    return f"{show(name)} may be of people, and only its name says so: {ANSWER}:\n{lines}"
