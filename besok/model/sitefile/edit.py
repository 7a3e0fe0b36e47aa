"""A site edited part by part: a part is looked up, replaced, added or taken out, and the whole is checked as a file is.

A part is found by its mark. Where nothing has that mark any more, somebody else has changed it since it was shown.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final, Literal, get_args

from besok.model.actions import id_of
from besok.model.errors import EditConflict, EditRefused, NotFound
from besok.model.site import WEEKDAYS, SiteFile
from besok.model.sitefile import dump, read
from besok.model.tomlfile import Path, Raw

Part = Literal[
    "site", "hours", "exceptions", "spaces", "closures", "portals", "sensors", "target", "visits", "deductions"
]  # fmt: skip
PARTS: Final[tuple[Part, ...]] = get_args(Part)
FIELDS: Final[Mapping[Part, tuple[str, ...]]] = {  # what a form states whole; other keys of the part stay
    "site": ("name", "kind", "timezone", "capacity", "plan", "position"),
    "hours": (*WEEKDAYS, "on_holiday", "country", "first"),
    "exceptions": ("first", "last", "hours", "note"),
    "spaces": ("name", "parent", "kind", "storey", "capacity", "seats", "area_m2", "first", "last", "plan", "shape"),
    "closures": ("space", "first", "last", "note"),
    "portals": ("name", "outer", "inner", "counted", "width_m", "first", "last", "at"),
    "sensors": (
        "device", "source", "model", "channel", "portal", "space", "interval_s", "swapped", "first", "last", "at",
    ),
    "target": (
        "factor", "deadline", "measure", "baseline_first", "baseline_last", "baseline_visits", "baseline_measure",
        "baseline_source",
    ),
    "visits": ("first", "method", "portals", "note"),
    "deductions": ("of", "kind", "share", "per_day", "portals", "note"),
}  # fmt: skip
_POINT: Final = ("plan", "at", "position")  # "12.5 8" in a form
_BETWEEN: Final = re.compile(
    "[x×]|(?<![a-z])m(?![a-z])", re.IGNORECASE
)  # numbers: "12 x 8 m", not millimetres
_POINTS: Final = "shape"  # "0 0; 12.5 0; 12.5 8"
_SEVERAL: Final = "portals"  # "main yard"
_ONCE: Final = ("site", "target")  # a site has one at most
_BY_NAME: Final = ("spaces", "portals")  # have an id that is made of the name
_SECTIONS: Final = ("opening", "target", "spaces", "portals", "sensors", "mappings", "visits", "deductions")
_BEGIN: Final = dict.fromkeys((*WEEKDAYS, "on_holiday"), "always")  # of a new site, until its hours are said

Values = Mapping[str, str]  # by field, "name.sv" for what lies within one
Lists = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """An edit of one part of a site: without a mark it is added, without values removed, else replaced."""

    site: str
    part: Part
    mark: str = ""
    values: Values | None = None


def mark(part: Part, raw: Raw) -> str:
    """Return the mark of a part: a hash of its values, which changes with every edit."""
    shown = {key: raw[key] for key in ("id", *FIELDS[part]) if key in raw}
    text = json.dumps(shown, sort_keys=True, default=str)
    return blake2b(text.encode(), digest_size=9).hexdigest()


def parts(site_file: SiteFile, site: str) -> Lists:
    """Return the parts of a site as its file has them, lists by kind; special days by date. Raises NotFound."""
    lists = _lists(_find(_raw(site_file), site)[1])
    return lists | {kind: sorted(lists[kind], key=_first) for kind in ("exceptions", "closures")}


def values_of(part: Part, raw: Raw) -> dict[str, str]:
    """Return a part as the values of its form fields."""
    values: dict[str, str] = {}
    for key in FIELDS[part]:
        value = raw.get(key)
        if isinstance(value, dict):
            values |= {f"{key}.{inner}": str(text) for inner, text in value.items()}
        elif key in _POINT and value:
            values[key] = _point_text(value)
        elif key == _POINTS and value:
            values[key] = "; ".join(map(_point_text, value))
        elif key == _SEVERAL and value:
            values[key] = " ".join(value)
        elif value is not None:
            values[key] = str(value).lower() if isinstance(value, bool) else str(value)
    return values


def edited(site_file: SiteFile, edit: Edit) -> SiteFile:
    """Return the sites with one part edited. Raises NotFound, EditConflict, EditRefused with the wrong fields."""
    raw = _raw(site_file)
    number, site = _find(raw, edit.site)
    lists = _lists(site)
    was = next((one for one in lists[edit.part] if edit.mark and mark(edit.part, one) == edit.mark), None)
    added = edit.values is not None and edit.part in _ONCE and lists[edit.part]
    if was is None and (edit.mark or added):
        raise EditConflict
    item = _item(edit, lists, was)
    raw["sites"][number] = _joined(lists)
    site_file = _checked(raw, edit.part, item)
    if item is not None and (unclear := _unclear(edit.part, item, lists)):
        raise EditRefused(unclear)
    return site_file


def _unclear(part: Part, item: Raw, lists: Lists) -> list[str]:
    """Return the fields of a room or door that a reader would take for a mistake, or for another room or door."""
    there = [one for one in lists[part] if one is not item and "last" not in one]
    is_named = part in _BY_NAME and "last" not in item
    same_name = is_named and any(_names(one) & _names(item) for one in there)
    too_many = {"seats", "capacity"} <= item.keys() and float(item["seats"]) > float(item["capacity"])
    return [field for field, is_wrong in (("name", same_name), ("seats", too_many)) if is_wrong]


def _names(item: Raw) -> set[str]:
    """Return the names of a part in both languages, without regard to case."""
    name = item["name"]
    return {text.casefold() for text in (name.values() if isinstance(name, dict) else [name])}


def created(site_file: SiteFile, values: Values) -> tuple[SiteFile, str]:
    """Return the sites with a new one, and its id. Raises EditRefused."""
    raw = _raw(site_file) if site_file.sites else {"sites": []}
    given = _nested({key: text for key, text in values.items() if key not in ("country", "id")})
    used = {site["id"] for site in raw["sites"]}
    name = values.get("id") or _free_id(given, "site", used)
    site: dict[str, Any] = {"id": name, **given, "opening": [_BEGIN | {"country": values.get("country", "")}]}
    raw["sites"].append(site | {"spaces": [], "portals": []})
    return _checked(raw, "site", raw["sites"][-1]), name


def _raw(site_file: SiteFile) -> dict[str, Any]:
    return tomllib.loads(dump(site_file))


def _find(raw: Raw, site: str) -> tuple[int, dict[str, Any]]:
    matches = [(n, one) for n, one in enumerate(raw.get("sites", [])) if one["id"] == site]
    if not matches:
        raise NotFound(f"there is no site “{site}”")
    return matches[0]


def _lists(site: dict[str, Any]) -> Lists:
    opening = site["opening"]
    tables = opening if isinstance(opening, list) else [opening]
    spaces, visits = site.get("spaces", []), site.get("visits", [])
    return {
        "site": [{key: value for key, value in site.items() if key not in _SECTIONS}],
        "exceptions": [one for table in tables for one in table.pop("exceptions", [])],
        "hours": tables,
        "target": [site["target"]] if "target" in site else [],
        "closures": [{"space": space["id"], **one} for space in spaces for one in space.pop("closed", [])],
        "spaces": spaces,
        "deductions": [{"of": _first(one), **each} for one in visits for each in one.pop("deductions", [])],
        "visits": visits,
        **{key: site.get(key, []) for key in ("portals", "sensors", "mappings")},
    }


def _joined(lists: Lists) -> dict[str, Any]:
    """Return the site put together from its lists; the items stay the same objects, so problems find their forms."""
    (site,) = lists["site"]
    spaces = {space["id"]: space for space in lists["spaces"]}
    for closure in lists["closures"]:
        name = closure.pop("space", "")
        if name not in spaces:
            raise EditRefused(["space"])
        spaces[name].setdefault("closed", []).append(closure)
    definitions = {_first(one): one for one in lists["visits"]}
    for deduction in lists["deductions"]:
        first = deduction.pop("of", "")
        if first not in definitions:
            raise EditRefused(["of"])
        definitions[first].setdefault("deductions", []).append(deduction)
    if lists["hours"]:
        site["opening"] = lists["hours"]
        lists["hours"][-1]["exceptions"] = lists["exceptions"]
    if lists["target"]:
        site["target"] = lists["target"][0]
    site |= {key: lists[key] for key in ("spaces", "portals", "sensors", "mappings", "visits")}
    return site


def _item(edit: Edit, lists: Lists, was: dict[str, Any] | None) -> dict[str, Any] | None:
    """Put the edited part into its list, and return it."""
    several = lists[edit.part]
    if edit.values is None:
        if was is not None and edit.part != "site":
            several.remove(was)
            _remove_rest(edit.part, was.get("id", _first(was)), lists)
        return None
    given = _nested(edit.values)
    if unknown := given.keys() - set(FIELDS[edit.part]):
        raise EditRefused(sorted(unknown))
    if was is not None:
        for deduction in lists["deductions"] if edit.part == "visits" else ():
            if deduction["of"] == _first(was):
                deduction["of"] = _first(given)
        for key in FIELDS[edit.part]:
            was.pop(key, None)
        was |= given
        return was
    if edit.part == "sensors":  # a door that has a sensor is counted
        for portal in lists["portals"]:
            if portal["id"] == given.get("portal"):
                portal.pop("counted", None)
    if edit.part in _BY_NAME:
        used = {*(one["id"] for one in several), lists["site"][0]["id"], "outside"}
        given = {"id": _free_id(given, edit.part[:-1], used), **given}
    several.append(given)
    return given


def _remove_rest(part: Part, name: str, lists: Lists) -> None:
    """Remove what belongs to a removed part: closures, sensors placed there earlier, deductions."""
    key = part[:-1]
    lists["deductions"] = [one for one in lists["deductions"] if (part, one["of"]) != ("visits", name)]
    lists["closures"] = [one for one in lists["closures"] if (part, one["space"]) != ("spaces", name)]
    lists["sensors"] = [
        one for one in lists["sensors"] if one.get(key) != name or not {"last", "until"} & one.keys()
    ]


def _first(dated: Raw) -> str:
    """Return the first day of a part, as text: no two definitions of a visit have the same."""
    return str(dated.get("first", ""))


def _free_id(given: Raw, kind: str, used: set[str]) -> str:
    name = given.get("name", "")
    text = name if isinstance(name, str) else next(iter(name.values()), "")
    slug = id_of(text) or kind
    return next(one for n in range(1, len(used) + 2) if (one := f"{slug}-{n}" if n > 1 else slug) not in used)


def _nested(values: Values) -> dict[str, Any]:
    """Return values as a file has them: "name.sv" lies within "name", and one text alone serves both languages."""
    nested: dict[str, Any] = {}
    for key, text in values.items():
        head, _, inner = key.partition(".")
        if not inner:
            nested.setdefault(head, text)
        else:
            nested[head] = (nested[head] if isinstance(nested.get(head), dict) else {}) | {inner: text}
    for key in ("name", "note"):
        texts = set(nested[key].values()) if isinstance(nested.get(key), dict) else set()
        if len(texts) == 1:
            (nested[key],) = texts
    nested |= {key: _point(nested[key]) for key in _POINT if key in nested}
    if _SEVERAL in nested:
        nested[_SEVERAL] = nested[_SEVERAL].split()
    if _POINTS in nested:
        nested[_POINTS] = [_point(corner) for corner in nested[_POINTS].split(";")]
    return nested


def _point(text: str) -> list[str]:
    """Return the numbers of "40 25" or "40,5 x 25 m"; the check reports what is no number."""
    return _BETWEEN.sub(" ", text.replace(",", ".")).split()


def _point_text(point: Sequence[float]) -> str:
    return " ".join(f"{value:.10g}" for value in point)


def _checked(raw: Raw, part: Part, item: dict[str, Any] | None) -> SiteFile:
    site_file, problems = read(raw)
    if problems:
        places = [_place(raw, path, part, item) for path, _ in problems]
        fields = {field for field, _ in places if field}
        elsewhere = {other for field, other in places if field is None and other}
        raise EditRefused(sorted(fields), sorted(elsewhere))
    return site_file


def _place(
    raw: Raw, path: Path, part: Part, item: dict[str, Any] | None
) -> tuple[str | None, tuple[str, str]]:
    """Return the field of the edited part that a problem is about; else the kind and name of the other part."""
    other = ("", "")
    for n, (step, at) in enumerate(_walk(raw, path)):
        rest = path[n + 1 :]
        if item is not None and at is item and not {*rest[:1]} & ({*_SECTIONS} - {*FIELDS[part]}):
            return (str(rest[0]) if rest else ""), other
        if isinstance(at, dict) and isinstance(step, int) and n > 1:
            other = (str(path[n - 1]), _called(at))
    return None, other


def _walk(raw: Raw, path: Path) -> Iterator[tuple[str | int, Any]]:
    at: Any = raw
    for step in path:
        there = step in at if isinstance(at, dict) else isinstance(at, list) and step in range(len(at))
        if not there:
            return
        at = at[step]
        yield step, at


def _called(part: Raw) -> str:
    name = next((part[key] for key in ("name", "device", "first", "kind") if key in part), "")
    return str(name.get("sv", "") if isinstance(name, dict) else name)
