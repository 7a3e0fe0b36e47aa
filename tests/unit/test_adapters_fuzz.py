"""Whatever a payload does, no adapter fails: mutated samples of every family, and arbitrary bytes for every codec.

An ordinary run tries a few payloads of all adapters together; `make fuzz` tries 10,000 of each (BESOK_FUZZ says how
many).
"""

import base64
import json
import os
import tomllib
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import Step, mutated, mutations
from samples import MAPPINGS, SAMPLES, Sample

from besok.model import mapping_draft
from besok.model.decode_context import DecodeContext
from besok.model.metrics import METRICS
from besok.model.readings import Message
from besok.model.site import PayloadMapping
from besok.model.sitefile import mapping_checks
from cli.standalone import dry_run
from collectors import decoding, limits, pipeline
from collectors.decoding import ADAPTERS
from collectors.devices.table import tables

RECEIVED = datetime(2026, 11, 25, 8, 15, tzinfo=UTC)
EACH = int(os.environ.get("BESOK_FUZZ", "0"))  # of every adapter; 0: a few of all of them together
ALL = "all"
LONGEST = decoding.REASON_LIMIT
often = settings(max_examples=EACH or 30, suppress_health_check=list(HealthCheck), database=None)

seldom = settings(often, max_examples=max(20, EACH // 10))


def known(model: str = "") -> DecodeContext:
    return DecodeContext(
        zone="Europe/Stockholm", models=dry_run.OneModel(model) if model else {}, mappings=MAPPINGS
    )


def assert_sound(message: Message, model: str = "") -> None:
    """What must hold for every message there can be."""
    decoded = decoding.decode(message, known(model))
    for sentence in (*decoded.problems, decoded.not_data, decoded.model):
        assert sentence.replace("\n", "").isprintable() and len(sentence) <= LONGEST
        assert_draft_can_be_used(sentence)
    assert not any("please report this" in problem for problem in decoded.problems)
    batch = pipeline.decode([message], known(model))
    assert all(len(rejection.reason) <= LONGEST * pipeline.PROBLEMS_SHOWN for rejection in batch.rejections)
    assert batch.readings or batch.statuses or batch.rejections or decoded.not_data  # nothing goes in silence
    for incoming in batch.readings:
        reading = incoming.reading
        assert METRICS[reading.metric].problem(reading.value) is None
        assert reading.time is not None and reading.time.tzinfo is not None
        assert isfinite(reading.period_s) and reading.period_s >= 0
        assert reading.device and reading.device.isprintable() and len(reading.device) <= limits.DEVICE_LIMIT
        assert reading.channel.isprintable() and len(reading.channel) <= 100
    if decoded.identity:
        assert decoded.identity.scope.isprintable() and decoded.identity.mark.isprintable()


def assert_draft_can_be_used(sentence: str) -> None:
    """A reason may end with the lines of mappings: they must be such as a site file takes."""
    if draft := mapping_draft.read(sentence):
        for choice in draft.choices:
            mapping = mapping_draft.chosen(draft, {choice.key: choice.path})
            assert [*mapping_checks.check((), mapping)] == []
    if mapping_draft.HEAD in sentence and "# " in sentence:
        return  # nothing is chosen
    _, found, lines = sentence.replace('yes = ["..."]', 'yes = ["in use"]').partition("[[sites.mappings]]")
    lines = lines.replace('no = ["..."]', 'no = ["free"]')  # the words are the owner's to write
    if found and "\\u" not in lines and "\N{REPLACEMENT CHARACTER}" not in lines:  # names nobody could type
        site = tomllib.loads(f"[[sites]]\n{found}{lines}")["sites"][0]
        drafts = [PayloadMapping(**fields) for fields in site["mappings"]]
        assert [problem for mapping in drafts for problem in mapping_checks.check((), mapping)] == []
        assert len({mapping.name for mapping in drafts}) == len(drafts)


def seeds(name: str) -> list[Sample]:
    return [sample for sample in SAMPLES if name in (ALL, sample.adapter)]


NAMES = [name for name in ADAPTERS if name != "table"]  # tables have examples of their own
each_adapter = pytest.mark.parametrize("name", NAMES if EACH else [ALL])
RADIO = [table for table in tables() if table.layout]
each_table = pytest.mark.parametrize("path", [table.path for table in RADIO] if EACH else [ALL])


@pytest.mark.parametrize("name", NAMES)
def test_each_adapter_has_samples_that_it_reads(name: str) -> None:
    assert seeds(name), f"add a sample of {name} to tests/unit/samples.py"
    for sample in seeds(name):
        message = Message(topic=sample.topic, payload=sample.payload, received=RECEIVED)
        assert decoding.decode(message, known(sample.model)).adapter == name
        assert_sound(message, sample.model)


@each_adapter
def test_no_adapter_fails(name: str) -> None:
    @often
    @given(st.sampled_from(seeds(name)), mutations, st.booleans())
    def mutate(sample: Sample, todo: list[Step], retained: bool) -> None:
        payload = mutated(sample.payload, todo)
        assert_sound(
            Message(topic=sample.topic, payload=payload, received=RECEIVED, retained=retained), sample.model
        )

    mutate()


letters = st.characters(exclude_characters="\0+#", exclude_categories=("Cs",))  # a broker takes no others
levels = st.text(letters, max_size=6) | st.sampled_from(["", "v3", "up", "SENSOR", "devices", "state"])
topics = st.lists(levels, max_size=7).map(lambda some: "/".join(some) or "x")


@each_adapter
def test_no_topic_makes_an_adapter_fail(name: str) -> None:
    @seldom
    @given(st.sampled_from(seeds(name)), topics, st.integers(0, 7), st.integers(0, 4))
    def mutate(sample: Sample, other: str, kept: int, cut: int) -> None:
        mixed = "/".join([*sample.topic.split("/")[:kept], *other.split("/")][cut if kept else 0 :])
        assert_sound(Message(topic=mixed or "x", payload=sample.payload, received=RECEIVED), sample.model)

    mutate()


@often
@given(
    topics, st.binary(max_size=40) | st.text(max_size=40).map(lambda text: text.encode("utf-8", "replace"))
)
def test_nothing_that_can_be_published_fails(topic: str, payload: bytes) -> None:
    assert_sound(Message(topic=topic, payload=payload, received=RECEIVED))


def framed(frame: bytes, port: int) -> Message:
    """The frame as The Things Stack hands it on."""
    uplink = {
        "f_port": port,
        "frm_payload": base64.b64encode(frame).decode(),
        "received_at": "2026-11-25T08:15:00Z",
    }
    body = {"end_device_ids": {"dev_eui": "24E124000000ABCD"}, "uplink_message": uplink}
    return Message(topic=dry_run.FRAME_TOPIC, payload=json.dumps(body).encode(), received=RECEIVED)


@each_table
def test_no_frame_makes_a_layout_fail(path: str) -> None:
    chosen = [table for table in RADIO if path in (ALL, table.path)]
    whole = [bytes.fromhex(example.hex) for table in chosen for example in table.examples if example.hex]
    changed = st.tuples(st.sampled_from(whole), mutations).map(lambda pair: mutated(*pair))
    models = st.sampled_from([table.name for table in chosen] + [""])
    ports = st.sampled_from([1, 2, 5, 10, 14, 85, 102, 190]) | st.integers(0, 255)

    @often
    @given(st.binary(max_size=60) | changed, ports, models)
    def send(frame: bytes, port: int, model: str) -> None:
        assert_sound(framed(frame, port), model)

    send()


def test_no_real_payload_that_breaks_makes_an_adapter_fail(shared: Path) -> None:
    tried = [dry_run.messages_of(request(path)) for path in sorted((shared / "payloads").glob("*.json"))]
    pairs = [(message, model) for messages, model in tried for message in messages]

    @often
    @given(st.sampled_from(pairs), mutations)
    def mutate(pair: tuple[Message, str], todo: list[Step]) -> None:
        message, model = pair
        assert_sound(
            Message(topic=message.topic, payload=mutated(message.payload, todo), received=RECEIVED), model
        )

    mutate()


def request(path: Path) -> dry_run.Request:
    return dry_run.Request(content=path.read_bytes(), received=RECEIVED)
