"""Questions about values of which a table says that only somebody at the place can know what they are."""

from typing import Any, Final

from besok.model import mapping_draft
from besok.model.mapping_draft import Choice, MappingDraft
from collectors.adapters.jsontext import show
from collectors.devices.format import Format, Value

ANSWER: Final = "say what it is on the page Sensors, or write a mapping (docs/reference/mappings.md)"


def of_value(value: Value, raw: Any, form: Format, topic: str) -> str:
    """Ask what a value is, with a mapping in which nothing is chosen."""
    path = next((path.text for path in value.paths if path.text[2:] == value.said), value.paths[0].text)
    draft = MappingDraft(
        topic=topic,
        choices=(Choice(key=value.metric, path=path),),
        device=form.device[0].path.text if form.device else "",
        time=form.time[0].text if form.time else "",
    )
    return f"{value.said} is {show(raw)}: {value.asks}; {ANSWER}:\n{mapping_draft.written(draft)}"
