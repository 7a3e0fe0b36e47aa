"""Views of findings about sensors, with their sentence and history."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from besok.model.findings import Kind, Value
from besok.model.site import Text

State = Literal["open", "acknowledged", "resolved"]
Event = Literal["found", "acknowledged", "changed", "resolved"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingEvent:
    """A line of a finding's history; `who` and `note` belong to an acknowledgement."""

    time: datetime
    event: Event
    who: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingInfo:
    """Something that is wrong with a sensor of a site, or was.

    `sentence` says what, with numbers and since when; `certainty` how sure that is (empty where it is plain to see);
    `advice` what to do. `device` is empty if the whole site is meant. `since` is when the trouble began, as far as can
    be told, `found` when Besök said so first, `seen` when it last did. `evidence` holds the numbers of the sentence.
    `fixed` is when what it rests on was changed (the sensor's placement, or its readings): since then it is watched.
    """

    id: int
    site: str
    kind: Kind
    device: str
    channel: str
    portal: str
    space: str
    since: datetime
    sentence: Text
    certainty: Text
    advice: Text
    evidence: Mapping[str, Value]
    odds: float
    state: State
    found: datetime
    seen: datetime
    acknowledged: datetime | None
    who: str
    note: str
    resolved: datetime | None
    fixed: datetime | None = None
    history: tuple[FindingEvent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelCoverage:
    """The share of a business day, 0 to 1, in which a channel is known to have worked; of today, until now.

    None for a counter whose readings tell of single moments: its silence cannot be told from quiet.
    """

    device: str
    channel: str
    portal: str | None
    space: str | None
    day: date
    coverage: float | None
