"""Ways in which a payload can be wrong: what a worn device, a changed firmware or a bad line may send."""

# ruff: noqa: E501 - a table
import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

TWICE = "~twice"  # a key that ends so is written without it: the way to a name that an object carries twice
NASTY: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 255, 65_535, 65_536, -0.0, 0.5, 1e-300, 1e300, 10**400, -(10**40), 4_294_967_296,
    float("nan"), float("inf"), float("-inf"), "", " ", "0", "-1", "3.7", "1e999", "NaN", "null", "on", "OFF", "unknown",
    "vacant", "\0", "\ud800", "å\u200b", "x" * 5_000, "[]", "{}", "<a/>", [], {}, [None], [[[[1]]]], {"": {}}, [{}, {}, 3],
    "2026-11-25T08:15:00Z", "2026-02-30T25:61:00", "0000-00-00", "2026-11-25 08:15", 1764058500, 1764058500000, 20261125081500,
    99_999_999_999_999, -62_135_596_801, "P1D", "Europe/Nowhere", "24e124136b502217", "AAECAw==", "not base64!", "=", "ff",
)  # fmt: skip

Step = tuple[str, int, Any, int]  # what, where, with what, and a further number


@dataclass(frozen=True)
class Spot:
    """A place in a tree: what it lies in, and under which key."""

    within: Any
    key: Any


def spots(tree: Any) -> list[Spot]:
    """Every place in a tree, in order."""
    return list(_spots(tree))


def _spots(tree: Any) -> Iterator[Spot]:
    keys = list(tree) if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ()
    for key in keys:
        yield Spot(tree, key)
        yield from _spots(tree[key])


def _drop(spot: Spot, _value: Any, _n: int) -> None:
    del spot.within[spot.key]


def _rename(spot: Spot, value: Any, _n: int) -> None:
    if isinstance(spot.within, dict):
        spot.within[str(value)[:50]] = spot.within.pop(spot.key)


def _twice(spot: Spot, value: Any, _n: int) -> None:
    if isinstance(spot.within, dict):
        spot.within[f"{spot.key}{TWICE}"] = deepcopy(value)
    else:
        spot.within.insert(spot.key, deepcopy(spot.within[spot.key]))


def _exchange(spot: Spot, value: Any, _n: int) -> None:
    spot.within[spot.key] = deepcopy(value)


def _wrap(spot: Spot, _value: Any, n: int) -> None:
    inner = spot.within[spot.key]
    spot.within[spot.key] = [inner] if n % 2 else {"value": inner}


def _nest(spot: Spot, value: Any, n: int) -> None:
    value = deepcopy(value)
    for _ in range(n % 60):
        value = {"a": value} if n % 2 else [value]
    spot.within[spot.key] = value


def _as_text(spot: Spot, _value: Any, _n: int) -> None:
    spot.within[spot.key] = str(spot.within[spot.key])


def _scale(spot: Spot, _value: Any, n: int) -> None:
    if type(spot.within[spot.key]) in (int, float) and abs(spot.within[spot.key]) < 1e30:
        spot.within[spot.key] *= (-1, 10, 1000, 1_000_000, 0.1)[n % 5]


def _many(spot: Spot, _value: Any, n: int) -> None:
    if isinstance(spot.within[spot.key], list):
        spot.within[spot.key] = [deepcopy(item) for item in (spot.within[spot.key] * (n % 20))[:20]]


TREE: dict[str, Callable[[Spot, Any, int], None]] = {
    "drop": _drop,
    "rename": _rename,
    "twice": _twice,
    "exchange": _exchange,
    "wrap": _wrap,
    "nest": _nest,
    "as text": _as_text,
    "scale": _scale,
    "many": _many,
}
BYTES: dict[str, Callable[[bytes, int, int], bytes]] = {
    "truncate": lambda body, at, n: body[:at],
    "flip": lambda body, at, n: body[:at] + bytes([body[at] ^ (1 << n % 8)]) + body[at + 1 :],
    "byte": lambda body, at, n: body[:at] + bytes([n % 256]) + body[at:],
    "cut": lambda body, at, n: body[:at] + body[at + n % 20 :],
    "not utf-8": lambda body, at, n: body[:at] + b"\xff\xfe" + body[at:],
    "twice over": lambda body, at, n: body + body,
    "deep": lambda body, at, n: (b"[" if n % 2 else b'{"a":') * 2_000 + body,
    "garbage": lambda body, at, n: b"\x00\x1f\x8b" * (n % 9),
}

steps = st.tuples(
    st.sampled_from([*TREE] * 2 + [*BYTES]),
    st.integers(0, 2_000),
    st.sampled_from(NASTY),
    st.integers(0, 255),
)
mutations = st.lists(steps, min_size=1, max_size=4)


def mutated(payload: bytes, todo: list[Step]) -> bytes:
    """The payload after what is to be done to it; what suits only JSON leaves other payloads as they are."""
    tree_steps = [step for step in todo if step[0] in TREE]
    try:
        tree = [json.loads(payload)] if tree_steps else None
    except ValueError:
        tree = None
    if tree is not None:
        for what, where, value, n in tree_steps:
            places = spots(tree)
            if 0 < len(places) < 400:
                TREE[what](places[where % len(places)], value, n)
        payload = json.dumps(tree[0] if tree else None).replace(f'{TWICE}"', '"').encode()
    for what, where, _, n in todo:
        if what in BYTES and payload:
            payload = BYTES[what](payload, where % len(payload), n)
    return payload
