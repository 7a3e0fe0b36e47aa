"""What changed in the counting, as the page tells it in both languages."""

from dataclasses import replace
from datetime import date
from typing import Any, get_args

from besok.model.site import Text
from besok.model.views.progress import MethodBreak, Progress
from dashboard.components.method_breaks import break_text, section
from tests.unit.on_the_way import WAY

DOORS = {"front": Text(sv="Entrén", en="The entrance")}
DAY = date(2026, 3, 2)


def progress(**changes: Any) -> Progress:
    known: dict[str, Any] = {
        "growth": 0.19, "needed_growth": 0.1, "growth_bridged": 0.1, "growth_error": 0.05, "growth_unseen": 0.04,
        "baseline_bridged": 108.0, "goal_bridged": 216.0,
    }  # fmt: skip
    return replace(WAY, **known | changes)


def change(**changes: Any) -> MethodBreak:
    known: dict[str, Any] = {
        "day": DAY, "door": "front", "kind": "sensor", "method": "level", "factor": 1.08, "error": 0.03
    }  # fmt: skip
    return MethodBreak(**known | changes)


def test_each_break_is_a_sentence(language: str) -> None:
    for kind in get_args(MethodBreak.__annotations__["kind"]):
        for method in get_args(MethodBreak.__annotations__["method"]):
            sentence = break_text(change(kind=kind, method=method), DOORS)
            assert "{" not in sentence
            assert "8,0" in sentence.replace(".", ",") or (kind, method) == ("source", "prior")
    assert break_text(change(kind="door", method="none", factor=None, error=None), DOORS).endswith(".")
    assert "Entrén" in break_text(change(), DOORS) or language == "en"
    gate = break_text(change(kind="source", method="overlap", source="Gate", factor=1.06, error=0.045), DOORS)
    assert {"en": "the sensors count 6.0 % more", "sv": "sensorerna räknar 6,0 % fler"}[
        language
    ] in gate.replace("\xa0", " ")
    assert "3" in gate and "9" in gate and "“Gate”" in gate.replace("”Gate”", "“Gate”")
    assert "park/gate" in break_text(change(door="park/gate"), DOORS)


def test_the_section_is_there_only_where_something_changed(language: str) -> None:
    assert section(progress(), DOORS) == []
    assert section(progress(breaks=(change(),), growth_bridged=None, goal_bridged=None), DOORS) == []
    (shown,) = section(progress(breaks=(change(),)), DOORS)
    text = str(shown).replace("\u00a0", " ")
    assert "216" in text and ("19" in text) and ("10" in text)
    (without,) = section(progress(breaks=(change(),), growth=None, goal_bridged=None), DOORS)
    assert "{" not in str(without.children[1].children)
