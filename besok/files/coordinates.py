"""Space of an event, from the location in its calendar."""

from besok.model.site import Site


def space_of(place: str, site: Site) -> str | None:
    """Return the id of the space that a text names, or whose name (the longest) it contains; None without one."""
    words = f" {place.casefold()} "
    names = {name.casefold(): s.id for s in site.spaces for name in (s.id, s.name.sv, s.name.en) if name}
    if space := names.get(place.strip().casefold()):
        return space
    contained = [name for name in names if any(f"{a}{name}{b}" in words for a in " ,;(/" for b in " ,;)/.")]
    return names[max(contained, key=len)] if contained else None
