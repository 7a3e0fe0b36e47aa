"""A site edited part by part: a form sent back as it is shown changes nothing; what is wrong finds its field."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from besok.model import sitefile
from besok.model.errors import EditConflict, EditRefused, NotFound
from besok.model.site import (
    WEEKDAYS,
    Closure,
    DayHours,
    Deduction,
    OpeningException,
    SiteFile,
    Target,
    Text,
    VisitDefinition,
)
from besok.model.sitefile.edit import PARTS, Edit, Part, created, edited, mark, parts, values_of
from besok.model.sitefile.undone import undone
from besok.model.tomlfile import Raw
from besok.text.languages import LANGUAGES, speaking
from besok.text.opening_text import meant, written
from dashboard.components import site_forms, visit_forms

EXAMPLE = sitefile.parse((Path(__file__).parents[2] / "sites" / "helsingborg.toml").read_text())
LIBRARY, PARK = EXAMPLE.sites
BEFORE = sitefile.dump(SiteFile(sites=(LIBRARY,)))
TODAY = date(2026, 11, 25)
DOORS = {p.id: p.name.sv for p in LIBRARY.portals}


def rich() -> SiteFile:
    """The example with all that a form can state: dated hours and rooms, closures, weekdays, a stated baseline."""
    table = LIBRARY.opening.tables[0]
    hours = replace(
        LIBRARY.opening,
        tables=(table, replace(table, monday="07:00-22:00 staffless, 10:00-18:00", first=date(2027, 1, 4))),
        exceptions=(
            *LIBRARY.opening.exceptions,
            OpeningException(
                first=TODAY, last=TODAY, hours=DayHours(monday="10:00-12:00", on_holiday="closed")
            ),
        ),
    )
    closed = (
        Closure(first=date(2026, 5, 4), last=date(2026, 6, 12), note=Text(sv="Nytt golv", en="New floor")),
    )
    spaces = tuple(
        replace(s, closed=closed, first=date(2020, 1, 1), area_m2=160.5) if s.id == "cafe" else s
        for s in LIBRARY.spaces
    )
    portals = tuple(
        replace(p, width_m=1.8, last=date(2030, 1, 1)) if p.id == "hall-door" else p for p in LIBRARY.portals
    )
    sensors = tuple(
        replace(s, swapped=True, first=date(2026, 1, 1), topics=("a/b",), source="mqtt") if n == 0 else s
        for n, s in enumerate(LIBRARY.sensors)
    )
    target = Target(
        baseline_first=date(2019, 1, 1), baseline_last=date(2019, 12, 31), deadline=date(2030, 12, 31), factor=1.5,
        also=("stadsparken",), baseline_visits=410_000, baseline_measure="gross", baseline_source="statistics",
    )  # fmt: skip
    library = replace(
        LIBRARY,
        opening=hours,
        spaces=spaces,
        portals=portals,
        sensors=sensors,
        target=target,
        pandemic="keep",
        visits=(
            VisitDefinition(
                first=date(2019, 1, 1), method="half", note=Text(sv="Ljusbågar", en="Light beams")
            ),
            VisitDefinition(
                first=date(2026, 1, 1),
                portals=("town-entrance", "park-entrance"),
                deductions=(
                    Deduction(kind="through", share=0.0625, portals=("town-entrance",)),
                    Deduction(kind="staff", per_day=12.5, note=Text(sv="Schema", en="Roster")),
                ),
            ),
        ),
    )
    return SiteFile(sites=(library, PARK))


def form_of(part: Part, raw: Raw, known: SiteFile, n: int) -> list[Any]:
    """The fields that a page shows for a part."""
    site, others = known.sites[n], [one for m, one in enumerate(known.sites) if m != n]
    fields: dict[Part, Callable[[], list[Any]]] = {
        "site": lambda: site_forms.site_fields(raw),
        "hours": lambda: site_forms.hours_fields(raw, new=False, dated="first" in raw),
        "exceptions": lambda: site_forms.exception_fields(raw),
        "spaces": lambda: site_forms.space_fields(raw, site, floor=raw.get("kind") == "storey"),
        "closures": lambda: site_forms.closure_fields(raw, site),
        "portals": lambda: site_forms.portal_fields(raw, site, others),
        "sensors": lambda: site_forms.sensor_fields(raw, site),
        "target": lambda: site_forms.target_fields(raw, {}),
        "visits": lambda: visit_forms.definition_fields(raw, DOORS),
        "deductions": lambda: visit_forms.deduction_fields(
            raw, dict.fromkeys(("2026-01-01", "2019-01-01"), ""), DOORS
        ),
    }
    return fields[part]()


def sent(fields: list[Any]) -> dict[str, str]:
    """What a browser sends of fields as they are shown."""
    found: dict[str, str] = {}
    for one in _all(fields):
        kind, name = type(one).__name__, getattr(one, "name", None)
        if kind == "Select":
            value = next((o.value for o in one.children if o.selected), one.children[0].value)
        else:
            value = getattr(one, "value", None)
        if getattr(one, "type", "") == "checkbox":
            continue
        if name and value not in (None, ""):
            found[name] = f"{float(value) / 100:.10g}" if name == "share" else str(value)
    boxes = [getattr(one, "children", [None])[0] for one in _all(fields) if getattr(one, "data-checked", "")]
    if boxes:
        found["portals"] = " ".join(box.value for box in boxes)
    return {
        k: meant(v) if k.split(".")[0] in (*WEEKDAYS, "on_holiday", "hours") else v for k, v in found.items()
    }


def test_a_new_entrance_leads_to_ground_level_or_else_into_the_place_as_a_whole() -> None:
    flat = replace(LIBRARY, spaces=tuple(space for space in LIBRARY.spaces if space.kind != "storey"))
    for site, inner in ((LIBRARY, "ground-floor"), (flat, LIBRARY.id)):
        assert sent(site_forms.portal_fields(None, site, ()))["inner"] == inner


def _all(part: Any) -> Iterator[Any]:
    if isinstance(part, list | tuple):
        for one in part:
            yield from _all(one)
    elif hasattr(part, "children"):
        yield part
        yield from _all(part.children)
    elif part is not None and not isinstance(part, str):
        yield part


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", PARTS)
def test_a_form_that_is_saved_as_it_is_shown_changes_nothing(part: Part, language: str) -> None:
    known = rich()
    with speaking(language):
        for n, site in enumerate(known.sites):
            for raw in parts(known, site.id)[part]:
                values = sent(form_of(part, raw, known, n))
                again = edited(known, Edit(site=site.id, part=part, mark=mark(part, raw), values=values))
                assert again == known, (site.id, raw)


def test_all_that_a_form_can_state_comes_back_from_its_text() -> None:
    assert sitefile.parse(sitefile.dump(rich())) == rich()


@pytest.mark.parametrize(
    ("part", "values", "fields"),
    [
        ("spaces", {"name": "Loft", "capacity": "many"}, ["capacity"]),
        ("spaces", {"name": "Loft", "parent": "nowhere"}, ["parent"]),
        ("spaces", {"capacity": "3"}, ["name"]),
        ("spaces", {"name.sv": "Ny", "name.en": "café"}, ["name"]),  # another one's, in one of the languages
        ("portals", {"name": "LÄSESALENS DÖRR", "outer": "outside", "inner": "foyer"}, ["name"]),
        ("spaces", {"name": "Loft", "capacity": "3", "seats": "4"}, ["seats"]),
        ("spaces", {"name": "Loft", "id": "loft"}, ["id"]),
        ("portals", {"name": "Gate", "outer": "foyer", "inner": "foyer"}, ["inner"]),
        ("portals", {"name": "Gate", "outer": "outside", "inner": "foyer", "width_m": "-1"}, ["width_m"]),
        ("closures", {"space": "cafe", "first": "2026-01-05", "last": "2026-01-01"}, ["last"]),
        ("closures", {"space": "nowhere", "first": "2026-01-05"}, ["space"]),
        ("exceptions", {"first": "2026-01-05", "last": "2026-01-06", "hours": "9-8"}, ["hours"]),
        ("visits", {"portals": "nowhere"}, ["first"]),
        ("visits", {"first": "2027-01-01", "portals": "nowhere"}, ["portals"]),
        ("deductions", {"of": "2021-05-05", "kind": "staff", "share": "0.5"}, ["of"]),
        ("target", {"factor": "-1", "deadline": "2030-01-01"}, ["baseline_first", "baseline_last", "factor"]),
    ],
)  # fmt: skip
def test_what_is_wrong_finds_its_field(part: Part, values: dict[str, str], fields: list[str]) -> None:
    known = SiteFile(sites=(replace(LIBRARY, target=None), PARK))
    with pytest.raises(EditRefused) as refused:
        edited(known, Edit(site=LIBRARY.id, part=part, values=values))
    assert list(refused.value.fields) == fields


def test_a_part_that_others_need_stays_and_they_are_named() -> None:
    raw = next(raw for raw in parts(EXAMPLE, LIBRARY.id)["spaces"] if raw["id"] == "reading-room")
    with pytest.raises(EditRefused) as refused:
        edited(EXAMPLE, Edit(site=LIBRARY.id, part="spaces", mark=mark("spaces", raw)))
    assert ("portals", "Läsesalens dörr") in refused.value.elsewhere and not refused.value.fields


def test_special_days_are_listed_in_the_order_of_their_days() -> None:
    day = {"first": "2024-02-03", "last": "2024-02-03", "hours": "closed"}
    known = edited(EXAMPLE, Edit(site=LIBRARY.id, part="exceptions", values=day))
    days = [str(raw["first"]) for raw in parts(known, LIBRARY.id)["exceptions"]]
    assert len(days) > 1 and days == sorted(days)


@pytest.mark.parametrize("part", ["site", "target"])
def test_what_a_site_has_once_is_not_added_again(part: Part) -> None:
    with pytest.raises(EditConflict):
        edited(rich(), Edit(site=LIBRARY.id, part=part, values={}))


def test_what_somebody_else_has_changed_is_not_changed_again() -> None:
    raw = next(raw for raw in parts(EXAMPLE, LIBRARY.id)["spaces"] if raw["id"] == "cafe")
    shown, values = mark("spaces", raw), values_of("spaces", raw)
    first = edited(
        EXAMPLE, Edit(site=LIBRARY.id, part="spaces", mark=shown, values=values | {"capacity": "70"})
    )
    with pytest.raises(EditConflict):
        edited(first, Edit(site=LIBRARY.id, part="spaces", mark=shown, values=values | {"capacity": "80"}))
    foyer = next(raw for raw in parts(first, LIBRARY.id)["spaces"] if raw["id"] == "foyer")
    both = edited(first, Edit(site=LIBRARY.id, part="spaces", mark=mark("spaces", foyer),
                              values=values_of("spaces", foyer) | {"capacity": "130"}))  # fmt: skip
    assert {s.id: s.capacity for s in both.sites[0].spaces if s.id in ("cafe", "foyer")} == {
        "cafe": 70,
        "foyer": 130,
    }


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"share": "0.9"}, ["share"]),  # with what the other takes off
        ({"share": "0.1", "per_day": "3"}, ["share"]),
        ({}, ["share"]),
        ({"per_day": "3", "portals": "town-entrance"}, ["portals"]),
        ({"share": "0.1", "portals": "staff-entrance"}, ["portals"]),
        ({"share": "many"}, ["share"]),
    ],
)
def test_a_wrong_deduction_finds_its_field(values: dict[str, str], fields: list[str]) -> None:
    given = {"of": "2026-01-01", "kind": "other", **values}
    with pytest.raises(EditRefused) as refused:
        edited(rich(), Edit(site=LIBRARY.id, part="deductions", values=given))
    assert list(refused.value.fields) == fields


def test_deductions_move_with_their_definition_and_go_with_it() -> None:
    known = rich()
    raw = parts(known, LIBRARY.id)["visits"][1]
    values = values_of("visits", raw)
    moved = edited(
        known,
        Edit(
            site=LIBRARY.id, part="visits", mark=mark("visits", raw), values=values | {"first": "2026-02-01"}
        ),
    )
    first, last = moved.sites[0].visits
    assert (last.first, last.deductions) == (date(2026, 2, 1), known.sites[0].visits[1].deductions)
    gone = edited(known, Edit(site=LIBRARY.id, part="visits", mark=mark("visits", raw)))
    assert gone.sites[0].visits == (first,)
    fewer = values | {"portals": "park-entrance"}
    with pytest.raises(EditRefused) as refused:
        edited(known, Edit(site=LIBRARY.id, part="visits", mark=mark("visits", raw), values=fewer))
    assert refused.value.elsewhere == (("deductions", "through"),) and not refused.value.fields


NEW = {"name.sv": "Råå", "kind": "library", "timezone": "Europe/Stockholm", "country": "SE"}


def test_a_new_site_grows_part_by_part() -> None:
    known, name = created(SiteFile(), NEW)
    (site,) = known.sites
    assert (name, site.name, site.opening.tables[0].country) == ("raa", Text(sv="Råå", en="Råå"), "SE")
    for called in ("Råå", "Raa"):
        known = edited(known, Edit(site=name, part="spaces", values={"name": called}))
    assert [s.id for s in known.sites[0].spaces] == ["raa-2", "raa-3"]
    door = {"name.sv": "باب", "outer": "outside", "inner": "raa-2", "counted": "false"}
    known = edited(known, Edit(site=name, part="portals", values=door))
    assert (known.sites[0].portals[0].id, known.sites[0].portals[0].counted) == ("portal", False)
    known = edited(
        known,
        Edit(site=name, part="sensors", values={"device": "d", "channel": "flow:1", "portal": "portal"}),
    )
    assert known.sites[0].portals[0].counted, "a door that has a sensor is counted"
    assert not known.sites[0].sandbox and created(SiteFile(), NEW | {"sandbox": "true"})[0].sites[0].sandbox
    with pytest.raises(NotFound):
        edited(known, Edit(site="nowhere", part="spaces", values={"name": "x"}))
    with pytest.raises(EditRefused):
        created(known, {"id": name, "name": "Other", "kind": "library", "timezone": "Europe/Stockholm"})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "hours",
    [
        "09:00-20:00",
        "closed",
        "always",
        "07:00-22:00 staffless, 10:00-18:00",
        "22:00-27:28",
        "08:00-24:00",
        "25:00-27:00",
        "24:00-24:30, 26:14-28:00 staffless",
    ],
)
def test_hours_are_read_as_they_are_written(hours: str, language: str) -> None:
    with speaking(language):
        assert meant(written(hours)) == hours
        assert written("09:00-27:28") == "09:00–03:28"  # as on the door


def test_hours_that_begin_after_midnight_are_of_the_day_after() -> None:
    for language, said in (("sv", "02:14–04:00 (dagen efter)"), ("en", "02:14–04:00 (the day after)")):
        with speaking(language):
            assert written("26:14-28:00") == said
            assert meant("2.14–4 dagen efter") == meant("2.14–4 (the day after)") == "26:14-28:00"


def test_hours_are_understood_as_people_write_them() -> None:
    said = {"9–20": "09:00-20:00", " 9 - 12, 13.30-18 ": "09:00-12:00, 13:30-18:00", "Stängt": "closed",
            "7–22 meröppet": "07:00-22:00 staffless", "22–27": "22:00-27:00", "22–3": "22:00-27:00",
            "8–00": "08:00-24:00", "sometimes": "sometimes"}  # fmt: skip
    assert {text: meant(text) for text in said} == said


def test_what_a_file_would_undo_is_told_and_nothing_else() -> None:
    now = replace(LIBRARY, capacity=700)
    assert undone(BEFORE, now, LIBRARY) == ["stadsbiblioteket: capacity: 700 → 640"]
    assert undone(BEFORE, now, replace(now, timezone="Europe/Oslo")) == []
    fewer = undone("", LIBRARY, replace(LIBRARY, portals=LIBRARY.portals[1:]))
    assert {line.split(": ")[1].split()[1] for line in fewer} == {"town-entrance"}
