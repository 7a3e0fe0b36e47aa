"""Site files as text, of the few parts that a test is about."""

from collections.abc import Mapping

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Names = tuple[str, str]  # in Swedish and in English


def site(
    site_id: str = "lib", names: Names = ("Bibblan", "Library"), hours: str | Mapping[str, str] = "always",
    more: str = "", kind: str = "library",
) -> str:  # fmt: skip
    """The head of a site in Stockholm. `hours` are those of every day, or by weekday; `more` are lines of its own."""
    by_day = dict.fromkeys(WEEK, hours) if isinstance(hours, str) else hours
    opening = "\n".join(f'{day} = "{open_}"' for day, open_ in by_day.items())
    head = f'id = "{site_id}"\nkind = "{kind}"\n{_name(names)}timezone = "Europe/Stockholm"\n'
    return f"\n[[sites]]\n{head}{_lines(more)}[sites.opening]\n{opening}\n"


def space(space_id: str, names: Names, more: str = "") -> str:
    """A space."""
    return f'[[sites.spaces]]\nid = "{space_id}"\n{_name(names)}{_lines(more)}'


def door(door_id: str, names: Names, inner: str = "hall", outer: str = "outside", more: str = "") -> str:
    """A portal."""
    ends = f'outer = "{outer}"\ninner = "{inner}"\n'
    return f'[[sites.portals]]\nid = "{door_id}"\n{_name(names)}{ends}{_lines(more)}'


def sensor(device: str, at: str = "", more: str = "") -> str:
    """A sensor at the door of the same name, or where `at` says: `space = "hall"`."""
    place = at or f'portal = "{device}"'
    return f'[[sites.sensors]]\ndevice = "{device}"\n{place}\n{_lines(more)}'


def _name(names: Names) -> str:
    return f'name = {{ sv = "{names[0]}", en = "{names[1]}" }}\n'


def _lines(more: str) -> str:
    return f"{more}\n" if more else ""
