"""A sheet on which an adapter notes what one device says, part by part; a part that is wrong becomes a problem."""

from collections.abc import Collection, Mapping
from datetime import datetime

from besok.model.errors import Unreadable
from besok.model.metrics import METRICS, Kind
from besok.model.readings import Decoded, Flag, Identity, Reading, Status
from collectors.adapters.jsontext import show
from collectors.adapters.numbers import number, state


class Sheet:
    """Collects the readings, statuses and problems of one device in one message."""

    def __init__(
        self, source: str, device: str, *, time: datetime | None = None, flags: Flag = Flag.NONE
    ) -> None:
        """`time` holds for every reading that is noted without one of its own."""
        self.source = source
        self.device = device
        self.time = time
        self.flags = flags
        self.readings: list[Reading] = []
        self.statuses: list[Status] = []
        self.problems: list[str] = []

    def note(
        self,
        metric: str,
        value: object,
        *,
        part: str | int = "1",
        time: datetime | None = None,
        period_s: float = 0.0,
        wraps: int = 0,
        said: str = "",
        nothing: Collection[float] = (),
        units: Mapping[str, float] | None = None,
    ) -> None:
        """Note `value` (a number, a text that is one, or for `occupied` any word for yes or no) of `metric`.

        `part` is the line or region; the channel is `flow:{part}` for people passing and `level:{part}` for states.
        None, a word for it, or one of the numbers that say `nothing` is no measurement and notes nothing. What cannot
        be read is a problem, told with the name the device has for it (`said`). `units` as in numbers.number.
        """
        kind = METRICS[metric].kind
        try:
            found = _read(metric, said or metric, value, nothing, units)
        except Unreadable as exc:
            self.problems.append(str(exc))
            return
        if found is not None:
            self.readings.append(
                Reading(
                    source=self.source,
                    device=self.device,
                    channel=f"{'level' if kind is Kind.LEVEL else 'flow'}:{part}",
                    metric=metric,
                    value=found,
                    time=time or self.time,
                    period_s=period_s if kind is Kind.FLOW else 0.0,
                    flags=self.flags,
                    wraps=wraps if kind is Kind.TOTAL else 0,
                )
            )

    def online(self, is_online: bool) -> None:
        """Note that the device came or went."""
        self.statuses.append(Status(source=self.source, device=self.device, online=is_online))

    def decoded(self, *, identity: Identity | None = None, model: str = "", not_data: str = "") -> Decoded:
        """All that was noted."""
        return Decoded(
            readings=tuple(self.readings),
            statuses=tuple(self.statuses),
            problems=tuple(self.problems),
            identity=identity,
            model=model,
            not_data=not_data,
        )


def _read(
    metric: str, said: str, value: object, nothing: Collection[float], units: Mapping[str, float] | None
) -> float | None:
    if metric == "occupied":
        return state(said, value)
    found = number(said, value, nothing=nothing, units=units)
    if found is not None and found % 1 and METRICS[metric].kind is not Kind.LEVEL:
        raise Unreadable(f"{said} is {show(value)}: people are counted in whole numbers")
    return found
