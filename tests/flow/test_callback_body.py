"""The callback of the pages: whatever is sent there is answered with a page or a 400, never with a fault."""

import json
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

PATH = "/_dash-update-component"
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=9,
)


@pytest.fixture
def question(quiet: httpx2.Client) -> dict[str, Any]:
    """What the renderer sends for the page Now."""
    (callback,) = quiet.get("/_dash-dependencies").json()
    names = [name.rsplit(".", 1) for name in callback["output"].strip(".").split("...")]
    values = {"pathname": "/now", "search": "", "n_clicks": 1}
    return {
        "output": callback["output"],
        "outputs": [{"id": name, "property": kind} for name, kind in names],
        "inputs": [{**one, "value": values[one["property"]]} for one in callback["inputs"]],
        "changedPropIds": ["address.pathname"],
        "parsedChangedPropsIds": ["address.pathname"],
    }


def test_what_the_renderer_sends_is_answered(quiet: httpx2.Client, question: dict[str, Any]) -> None:
    answer = quiet.post(PATH, json=question)
    assert answer.status_code == 200 and "page" in answer.json()["response"]


HOSTILE: list[bytes] = [
    b"",
    b"null",
    b"[]",
    b"7",
    b'"x"',
    b"{}",
    b"{",
    b"\xff\xfe",
    b"[" * 50_000,
    b'{"a":' * 15_000 + b"1" + b"}" * 15_000,
    b"[" + b"1," * 40_000 + b"1]",
    b"9" * 5_000,
    b'{"output": "\\ud800"}',
    b"x" * 900_000,
]


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_what_is_no_question_is_a_bad_request(quiet: httpx2.Client, body: bytes, kind: str) -> None:
    refused(quiet.post(PATH, content=body, headers={"content-type": kind}))


def refused(answer: httpx2.Response) -> None:
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "open its address" in answer.json()["detail"]


def test_a_question_with_one_thing_changed_is_a_page_or_a_bad_request(
    quiet: httpx2.Client, question: dict[str, Any]
) -> None:
    statuses: set[int] = set()

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.data())
    def each(data: st.DataObject) -> None:
        changed = json.loads(json.dumps(question))
        place = data.draw(st.sampled_from(places(changed)))
        holder: Any = changed
        for step in place[:-1]:
            holder = holder[step]
        holder[place[-1]] = data.draw(ANYTHING)
        body = json.dumps(changed).encode("utf-8", "surrogatepass")
        answer = quiet.post(PATH, content=body, headers={"content-type": "application/json"})
        assert answer.status_code in (200, 400, 422), answer.text  # 422: control characters
        statuses.add(answer.status_code)

    each()
    assert {200, 400} <= statuses


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, inner in items for found in ((*at, key), *places(inner, (*at, key)))]


@pytest.mark.parametrize(
    "change",
    [
        {"output": "nothing.children"},
        {"outputs": []},
        {"inputs": []},
        {"inputs": [{"id": "address", "property": "pathname", "value": "/now"}] * 3},
        {"state": [{"id": "page", "property": "children", "value": "x"}]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_question_that_no_callback_answers(
    quiet: httpx2.Client, question: dict[str, Any], change: dict[str, Any]
) -> None:
    refused(quiet.post(PATH, json=question | change))
