"""The interface of a vendor's file: names of its devices, frames that are its own beyond doubt, how to read one."""

from collections.abc import Callable
from dataclasses import dataclass

from collectors.adapters.sheet import Sheet
from collectors.lorawan.uplink import Uplink


def nothing(_uplink: Uplink) -> bool:
    """No frame says by its form alone that it is from this vendor."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """The reader of the frames of one vendor (or one kind of device).

    `names` are the words, lower-case letters and digits, of which a model text must hold one; a name with digits also
    fits longer words ("vs133" fits "VS133-868M"). `read(uplink, sheet, name)` notes what the frame says and returns
    half a sentence if it is not data; `name` is the name that fitted, "" if the frame was known by its form. It raises
    Unreadable if the frame is none of this vendor.
    """

    vendor: str
    names: tuple[str, ...]
    read: Callable[[Uplink, Sheet, str], str]
    claims: Callable[[Uplink], bool] = nothing
