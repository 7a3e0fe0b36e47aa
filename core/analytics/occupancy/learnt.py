"""What past days of a site taught: plain numbers that are kept between days as JSON."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from core.analytics.occupancy.building import Building
from core.analytics.occupancy.seen import Seen

VERSION = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """What is known of a site before a day begins; `days` tells from how many days it was learnt."""

    days: int = 0

    def to_json(self) -> str:
        """As a JSON object that `from_json` reads."""
        return json.dumps({"version": VERSION, "days": self.days})

    @classmethod
    def from_json(cls, text: str) -> "Learnt":
        """What was learnt; what another version of this program has learnt is to be learnt anew."""
        said = json.loads(text)
        return cls(days=said["days"]) if said.get("version") == VERSION else NOTHING


NOTHING = Learnt()


def learn(building: Building, days: Sequence[Seen], before: Learnt = NOTHING) -> Learnt:
    """What past days teach, in whatever order they come; `before` is what is believed as long as they say little."""
    del building, before
    return Learnt(days=len(days))
