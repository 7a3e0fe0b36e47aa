"""Which topics may carry a device's messages: a placed device's own only; and a limit on new devices an hour."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from besok.model.decode_context import Channel, DecodeContext, Device
from besok.model.errors import Unreadable
from besok.model.readings import Refusal
from besok.model.topics import binding, matches
from besok.store.database import Database
from besok.store.identity import admit
from collectors.devices.field_names import listed
from collectors.stored_names import StoredNames

NAMELESS = (
    "other devices speak on this topic and name themselves, and this message names nobody: let its device send its"
    " name, or give it a topic of its own"
)


class Refused(Unreadable):
    """A reading that cannot be true; `kind` is the class of the reason."""

    def __init__(self, text: str, kind: Refusal) -> None:
        super().__init__(text)
        self.kind = kind


class Speakers:
    """Checks which device sends on which topic, and learns the topics of devices that are not bound."""

    def __init__(self, known: DecodeContext) -> None:
        self._known = known
        if "names" not in known.compiled:  # else what one batch has looked up is there for the next
            known.compiled["names"] = StoredNames(known)
        self.names: StoredNames = known.compiled["names"]
        self.bound: dict[Device, tuple[str, ...]] = {}  # placed devices, bound by their first message
        self._callers: dict[Device, dict[str, None]] = {}  # names used by devices that are not placed

    @property
    def learnt(self) -> dict[Device, tuple[str, ...]]:
        """The filters of the devices that were not bound before."""
        return self.bound | {device: tuple(filters) for device, filters in self._callers.items()}

    def is_bound(self, device: Device, topic: str) -> bool:
        """Tell whether a device, under its stored name, is bound to the topic. Raises Refused if it may not use it."""
        filters = self._known.topics.get(device)
        if filters is None:
            if device[1] == self.names.topic(topic) and device[1] in self._known.shared_topics:
                raise Refused(NAMELESS, Refusal.UNNAMED)
            return False
        filters = filters or self.bound.get(device, ())
        if filters and not matches(filters, topic, self._known.key):
            raise Refused(_elsewhere(device, filters), Refusal.WRONG_TOPIC)
        return bool(filters)

    def learn(self, devices: Mapping[Device, str], topic: str) -> None:
        """Record that devices that are not bound, with their own names, sent on a topic."""
        for device, name in devices.items():
            if "\0" in topic:
                continue
            filters = tuple(map(self.names.topic, binding(topic, name)))
            if device in self._known.topics:
                self.bound.setdefault(device, filters)
            else:
                self._callers.setdefault(device, {}).update(dict.fromkeys(filters))


def _elsewhere(device: Device, filters: tuple[str, ...]) -> str:
    source, name = device
    shown = listed(filters)
    if source == "native":
        return f"the device {name} speaks on {shown} and nowhere else: publish its messages there"
    return (
        f"the device {name} ({source}) is bound to {shown}, and this came on another topic; if it has moved, run"
        f' `besok device topics "{name}" --set TOPIC`, or write topics = ["TOPIC"] under its [[sites.sensors]]'
    )


@dataclass(eq=False)
class Registrar:
    """Registers new devices within the limit; queries the database only about channels new to it."""

    db: Database
    limit: int  # of devices an hour
    clock: Callable[[], datetime]
    devices: set[Device] = field(default_factory=set)  # registered, of those with connection statuses

    def refused(self, channels: Iterable[Channel]) -> set[Channel]:
        """Register the devices of the channels; return what is not to be stored. Raises StoreUnavailable."""
        new = [c for c in channels if (c not in self.db.channels if c[2] else c[:2] not in self.devices)]
        if not new:
            return set()
        refused = admit(self.db, new, self.limit, self.clock())
        self.devices |= {channel[:2] for channel in new if not channel[2] and channel not in refused}
        return refused
