"""Origin of a gain: new, or moved from other days, other rooms, other hours."""

from besok.model.effects import Moved, Range

LITTLE = 0.2  # of a gain called new, at most, that may have moved from elsewhere


def moved_share(gain: float, elsewhere: Range) -> Range:
    """Return the share of a gain that is lost elsewhere, 0..1; `elsewhere` is the change there in visits."""
    estimate, lower, upper = (
        min(max(-visits / max(gain, 1e-9), 0.0), 1.0)
        for visits in (elsewhere.estimate, elsewhere.upper, elsewhere.lower)
    )
    return Range(estimate=estimate, lower=lower, upper=upper)


def origin(moved: Range, *, grew: bool) -> Moved:
    """Return the origin of a gain by the share lost elsewhere; `grew`: the total surely grew."""
    if moved.upper < 0.5 or (grew and moved.lower == 0 and moved.estimate < LITTLE):
        return "new"
    if moved.lower > 0.5:
        return "moved"
    return "partly" if moved.lower > 0 else "cannot_tell"
