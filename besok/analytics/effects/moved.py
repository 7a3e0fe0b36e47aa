"""Origin of a gain: new, or moved from other days, other rooms, other hours."""

from besok.model.effects import Moved, Range

LITTLE = 0.2  # of a gain, that may have come from elsewhere where it is called new


def origin(moved: Range, *, grew: bool) -> Moved:
    """Return what can be said of a gain by the share of it that is missed elsewhere (0..1); `grew`: the whole surely
    grew.
    """
    if moved.upper < 0.5 or (grew and moved.lower == 0 and moved.estimate < LITTLE):
        return "new"
    if moved.lower > 0.5:
        return "moved"
    return "partly" if moved.lower > 0 else "cannot_tell"
