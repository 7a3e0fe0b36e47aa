"""How well frames are read, by vendors' own test vectors: their codec in QuickJS, our layouts, our tables.

    python -m benchmarks.vectors DIR [DIR ...] [--differences N] [--write]

Each DIR is somebody's copy of akenza's device-type-library, a tree like The Things Network's lorawan-devices,
ChirpStack's device profiles, or Milesight's SensorDecoders. A vector is a frame with what the vendor says it holds.

- codec: the vendor's decoder, run as the collector runs it, gives what the vector says (every value that it names)
- readings: of models with a table and a layout, the readings through the vendor's decoder and the table are those
  through the layout and the table; both are also asked with the decoded object that the vector gives, where it is whole
"""

import argparse
import base64
import json
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import quickjs
import yaml

from benchmarks._page import write_tables
from besok.files.codec_trees import read_tree
from besok.model.decode_context import Codec, DecodeContext
from besok.model.readings import Message
from cli.standalone import dry_run
from collectors.devices import registry
from collectors.devices.field_names import compact
from collectors.devices.table import Table
from collectors.lorawan.codecs import CODECS, Answer, Frame

RECEIVED = datetime(2026, 11, 25, 8, 15, 30, tzinfo=UTC)
DEVICE = "0000000000000001"
Wanted = list[tuple[list[str], Any]]  # paths into the answer, and what must be there
AKENZA = Path(__file__).with_name("_akenza.js").read_text("utf-8")
PLAIN = {  # of akenza's data models; its battery is computed, its `occupied` holds on for a while
    "temperature": "temperature_c",
    "humidity": "humidity_pct",
    "co2": "co2_ppm",
    "soundLevel": "sound_db",
}
ROUNDED = 0.051  # what decoders round away
EMITTER = """
var emitted = []; function emit(type, value) { emitted.push({ type: type, value: value }); }
var consume = (function () { %s
return consume; })();
function decodeUplink(input) { consume(%s); return { data: { emitted: emitted } }; }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """A frame of a model with what its vendor says it holds; `whole` if `wanted` is all of it."""

    source: str
    codec: Codec
    frame: Frame
    wanted: Wanted
    whole: dict[str, Any] | None = None
    own_names: bool = True  # the decoder gives the vendor's names, not those of a platform


@dataclass(slots=True)
class Score:
    """Counts of one vendor."""

    vectors: int = 0
    codec: int = 0
    compared: int = 0
    same: int = 0
    differences: list[str] = field(default_factory=list)


def main() -> None:
    """Run all vectors, print the table; the last line is JSON."""
    args = _arguments()
    scores: dict[str, Score] = defaultdict(Score)
    sources = Counter[str]()
    found = [vector for folder in args.folders for vector in vectors(folder)]
    own: dict[str, dict[str, Codec]] = defaultdict(dict)
    for vector in found:
        if vector.own_names:
            own[_model(vector.codec)][vector.codec.sha256] = vector.codec
    for vector in found:
        sources[vector.source] += 1
        judge(vector, scores[_vendor(vector.codec)], list(own[_model(vector.codec)].values()))
    blocks = {"vectors": table(scores, sources), "differences": differences(scores, args.differences)}
    print("\n\n".join(blocks.values()))
    if args.write:
        write_tables("vectors", blocks)
    total = _sum(scores.values())
    print(json.dumps({name: getattr(total, name) for name in ("vectors", "codec", "compared", "same")}))


def vectors(root: Path) -> Iterator[Vector]:
    """Yield the vectors of a folder, in whichever form it is."""
    if (root / "vendor" / "index.yaml").is_file():
        yield from _lorawan_devices(root)
    elif any(root.glob("vendors/*/vendor.toml")):
        yield from _device_profiles(root)
    elif (root / "types").is_dir():
        yield from _akenza(root)
    else:
        yield from _sensor_decoders(root)


def judge(vector: Vector, score: Score, own: Sequence[Codec]) -> None:
    """Count a vector, and note how it differs; `own` are decoders of its model that give the vendor's names."""
    score.vectors += 1
    answer = CODECS.run(vector.codec, [vector.frame])[0]
    wrong = mistakes(answer, vector)
    score.codec += not wrong
    name = f"{vector.codec.name}, port {vector.frame.fport}, `{vector.frame.data.hex()[:60]}`"
    if wrong:
        score.differences.append(f"{name}: codec: {wrong[0]}")
    entry = registry.by_model(vector.codec.name)
    if entry is None or not entry.layout:
        return
    by_layout = readings(entry, vector.frame)
    if not vector.own_names:
        said = dict(_plain(vector))
        ours = {metric: float(value) for _, metric, value, *_ in map(str.split, by_layout)}
        missed = {f"{m} {v:g}" for m, v in said.items() if m not in ours or abs(ours[m] - v) > ROUNDED}
        score.compared += bool(said)
        score.same += bool(said) and not missed
        if missed:
            told = f"the vector says {_listed(missed)}; the layout {_listed(by_layout)}"
            score.differences.append(f"{name}: {told}")
    for way, other in _others(entry, vector, own):
        score.compared += 1
        if alike(other, by_layout):
            score.same += 1
        else:
            told = f"only by the {way} {_listed(other - by_layout)}; only by the layout {_listed(by_layout - other)}"
            score.differences.append(f"{name}: {told}")


def alike(some: set[str], others: set[str]) -> bool:
    """Tell whether readings are the same; what is not a count may be rounded."""

    def values(lines: set[str]) -> dict[tuple[str, ...], float]:
        parts = [line.split(" ") for line in lines]
        return {(channel, metric, *time): float(value) for channel, metric, value, *time in parts}

    a, b = values(some), values(others)
    return a.keys() == b.keys() and all(
        abs(a[key] - b[key]) <= ROUNDED * key[1].endswith(("_c", "_pct", "_v", "_lux", "_db")) for key in a
    )


def mistakes(answer: Answer, vector: Vector) -> list[str]:
    """Return where the codec says another thing than the vector."""
    if answer.problem:
        return (
            [] if vector.whole == {} or not vector.wanted else [answer.problem.partition(": look at it")[0]]
        )
    found = []
    for path, wanted in vector.wanted:
        value: Any = answer.fields
        for name in path:
            is_there = isinstance(value, dict) and name in value
            if isinstance(value, list) and name.isdecimal() and int(name) < len(value):
                value, is_there = value[int(name)], True
            elif is_there:
                value = value[name]
            if not is_there:
                value = None
                break
        if not _same(value, wanted):
            found.append(f"{'.'.join(path)} is {json.dumps(value)[:60]}, not {json.dumps(wanted)[:60]}")
    return found


def readings(
    entry: Table, frame: Frame, codec: Codec | None = None, fields: dict[str, Any] | None = None
) -> set[str]:
    """Return what the collector makes of a frame: by the layout, by a codec, or with the network's fields."""
    known = DecodeContext(
        models={("lorawan", DEVICE): entry.name}, codecs=(codec,) if codec is not None else ()
    )
    uplink: dict[str, Any] = {"fPort": frame.fport, "deviceInfo": {"devEui": DEVICE}}
    uplink |= {"data": base64.b64encode(frame.data).decode()} if fields is None else {"object": fields}
    message = Message(
        topic="application/1/device/0/event/up", payload=json.dumps(uplink).encode(), received=RECEIVED
    )
    found = dry_run.judge([message], known)
    return {
        f"{r.channel} {r.metric} {r.value:.6g}" + f" @{r.time:%Y-%m-%d %H:%M:%S}" * (r.time != RECEIVED)
        for r in found.readings
    }


def table(scores: dict[str, Score], sources: Counter[str]) -> str:
    """Return the scores as a Markdown table; vendors without a table and a difference are one row."""
    shown = {name: s for name, s in scores.items() if s.compared or s.codec < s.vectors}
    rest = _sum(s for name, s in scores.items() if name not in shown)
    rows = sorted(shown.items(), key=lambda pair: pair[0].lower())
    rows.append((f"{len(scores) - len(shown)} vendors without a difference", rest))
    rows.append(("all", _sum(scores.values())))
    lines = ["| vendor | vectors | codec agrees | readings compared | the same |", "|---|--:|--:|--:|--:|"]
    lines += [
        f"| {name} | {s.vectors:,} | {s.codec / max(1, s.vectors):.0%} | {s.compared or ''} | "
        f"{f'{s.same / s.compared:.0%}' if s.compared else ''} |"
        for name, s in rows
    ]
    told = ", ".join(f"{count:,} of {source}" for source, count in sources.most_common())
    return f"{told}.\n\n" + "\n".join(lines)


def differences(scores: dict[str, Score], most: int) -> str:
    """Return the first differences of each vendor as a list."""
    return "\n".join(
        f"- {line}"
        for _, score in sorted(scores.items(), key=lambda pair: pair[0].lower())
        for line in score.differences[:most]
    )


def _plain(vector: Vector) -> Iterator[tuple[str, float]]:
    """Yield what a vector of akenza's says in words that mean one thing."""
    for path, value in vector.wanted:
        if path[2:4] == ["value", "data"] and path[-1] in PLAIN and isinstance(value, bool | int | float):
            yield PLAIN[path[-1]], float(value)


def _others(entry: Table, vector: Vector, own: Sequence[Codec]) -> Iterator[tuple[str, set[str]]]:
    for codec in [vector.codec] if vector.own_names else own:
        if not CODECS.run(codec, [vector.frame])[0].problem:
            yield "codec", readings(entry, vector.frame, codec=codec)
    if vector.whole:
        yield "network's fields", readings(entry, vector.frame, fields=vector.whole)


def _lorawan_devices(root: Path) -> Iterator[Vector]:
    codecs = {(c.source): c for c in read_tree(root).codecs}
    for codec_file in sorted(root.glob("vendor/*/*.yaml")):
        decoder = (
            (_yaml(codec_file).get("uplinkDecoder") or {})
            if "uplinkDecoder" in codec_file.read_text()
            else {}
        )
        source = codec_file.parent / str(decoder.get("fileName"))
        if not source.is_file():
            continue
        text = source.read_text("utf-8")
        model = codec_file.stem.removesuffix("-codec")
        known = codecs.get(text)
        codec = Codec(vendor=known.vendor if known else codec_file.parent.name, model=model, source=text)
        for example in decoder.get("examples") or ():
            given, output = example.get("input") or {}, example.get("output") or {}
            yield _vector("lorawan-devices", codec, given, output.get("data") or {})


def _device_profiles(root: Path) -> Iterator[Vector]:
    by_file: dict[Path, Codec] = {}
    for vendor_file in root.glob("vendors/*/vendor.toml"):
        vendor = tomllib.loads(vendor_file.read_text())["vendor"]["name"]
        for device_file in sorted(vendor_file.parent.glob("devices/*.toml")):
            device = tomllib.loads(device_file.read_text())["device"]
            for firmware in device.get("firmware", ()):
                file = vendor_file.parent / "codecs" / str(firmware.get("codec"))
                if file.is_file():
                    by_file[file] = Codec(vendor=vendor, model=device["name"], source=file.read_text("utf-8"))
    for file, codec in by_file.items():
        tests = file.with_name(f"test_decode_{file.stem}.json")
        for test in _lenient(tests) if tests.is_file() else ():
            yield _vector(
                "ChirpStack's device profiles",
                codec,
                test["input"],
                (test.get("expected") or {}).get("data") or {},
            )


def _akenza(root: Path) -> Iterator[Vector]:
    files = {name: root / "lib" / name.lower() / f"{name.lower()}.js" for name in ("Bits", "Hex")}
    libraries = "".join(
        f"var {name} = (function () {{ var exports = {{}}; {file.read_text()}\nreturn exports; }})();\n"
        for name, file in files.items()
    )
    for spec in sorted(root.glob("types/*/*/uplink.spec.js")):
        meta = json.loads(spec.with_name("meta.json").read_text())
        uplink = libraries + spec.with_name("uplink.js").read_text("utf-8")
        for number, test in enumerate(json.loads(_javascript(AKENZA, spec.read_text("utf-8")))):
            if not re.fullmatch("(?:[0-9a-fA-F]{2})+", test["hex"]):
                continue  # not a radio device
            source = EMITTER % (uplink, json.dumps(test["event"]))
            codec = Codec(vendor=meta["manufacturer"], model=meta["name"], source=f"{source}// {number}")
            wanted = [
                (["emitted", str(n), *(["value", *path[1:]] if path[0] == "value" else path)], value)
                for n, emit in enumerate(test["emits"])
                for path, value in emit
            ]
            frame = Frame(bytes.fromhex(test["hex"]), int(test["port"]), RECEIVED.timestamp() * 1000)
            yield Vector(
                source="akenza's device-type-library",
                codec=codec,
                frame=frame,
                wanted=wanted,
                own_names=False,
            )


def _sensor_decoders(root: Path) -> Iterator[Vector]:
    for codec_file in sorted(root.rglob("*-codec.json")):
        decoder = codec_file.with_name(codec_file.name.replace("-codec.json", "-decoder.js"))
        try:
            told = json.loads(codec_file.read_text("utf-8"))
        except ValueError:
            continue
        if decoder.is_file() and told.get("bytes"):
            codec = Codec(vendor="Milesight", model=codec_file.parent.name, source=decoder.read_text("utf-8"))
            yield _vector(
                "Milesight's SensorDecoders",
                codec,
                {"fPort": 85, "bytes": list(bytes.fromhex(told["bytes"]))},
                {},
            )


def _vector(source: str, codec: Codec, given: dict[str, Any], whole: dict[str, Any]) -> Vector:
    raw = given.get("bytes") or []
    data = bytes(raw) if isinstance(raw, list) else bytes.fromhex(raw)
    frame = Frame(data, int(given.get("fPort") or 0), RECEIVED.timestamp() * 1000)
    whole = json.loads(json.dumps(whole, default=str))
    wanted: Wanted = [([name], value) for name, value in whole.items()]
    return Vector(source=source, codec=codec, frame=frame, wanted=wanted, whole=whole)


def _same(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, int | float) and isinstance(value, int | float) and not isinstance(wanted, bool):
        return abs(value - wanted) <= 1e-9 * max(1.0, abs(wanted))
    if isinstance(wanted, dict) and isinstance(value, dict):
        return all(_same(value.get(name), inner) for name, inner in wanted.items())
    if isinstance(wanted, list) and isinstance(value, list):
        return len(wanted) == len(value) and all(map(_same, value, wanted))
    return bool(value == wanted or str(value) == str(wanted))


def _model(codec: Codec) -> str:
    """Return what a model is called in the tables; twins are apart, since they may have fewer sensors."""
    known = registry.spoken(codec.name) & registry.index().by_name.keys()
    return max(known, key=len).removeprefix(compact(_vendor(codec))) if known else codec.name


def _vendor(codec: Codec) -> str:
    entry = registry.by_model(codec.name)
    if entry is not None:
        return entry.vendor
    known = {compact(e.vendor): e.vendor for e in registry.index().lorawan}
    own = compact(codec.vendor)
    return next((name for short, name in known.items() if own.startswith(short)), codec.vendor)


def _sum(scores: Any) -> Score:
    total = Score()
    for score in scores:
        for name in ("vectors", "codec", "compared", "same"):
            setattr(total, name, getattr(total, name) + getattr(score, name))
    return total


def _listed(lines: set[str]) -> str:
    return ", ".join(sorted(lines)[:3]) or "nothing"


def _javascript(function: str, text: str) -> str:
    context = quickjs.Context()
    context.set_time_limit(5)
    return str(context.eval(function)(text))


def _lenient(file: Path) -> Sequence[dict[str, Any]]:
    """Read JSON with comments and hexadecimal numbers."""
    found: list[dict[str, Any]] = json.loads(
        _javascript("(t) => JSON.stringify(eval('(' + t + ')'))", file.read_text("utf-8"))
    )
    return found


def _yaml(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(file.read_text("utf-8"), Loader=_Yaml)
    return found


class _Yaml(yaml.CSafeLoader):
    """YAML 1.2, in which On, Off, Yes, No and N are words."""


_Yaml.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":bool") or first in "tTfF"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR")
    parser.add_argument("--differences", type=int, default=3, help="of each vendor that are shown")
    parser.add_argument("--write", action="store_true", help="into docs/reference/results-vectors.md")
    return parser.parse_args()


if __name__ == "__main__":
    main()
