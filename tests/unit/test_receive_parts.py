"""Parts of the receiver that need no server: addresses, filters of devices, bodies of any kind."""

import asyncio
import gzip
import json
import zlib
from collections.abc import AsyncIterator, Callable
from email.message import Message
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from besok.model.settings import Settings
from besok.model.tokens import digest, presented
from cli.commands.receive import check_filter
from collectors.receive import body
from collectors.receive.body import NotTaken
from collectors.receive.publisher import Publisher, topic_of

PIECES = st.sampled_from(
    [
        b"\r\n--b\r\n",
        b"--b--",
        b"\r\n\r\n",
        b"Content-Type: image/png",
        b"{}",
        b"<a>",
        b"&a=1",
        b"=%",
        b"\0",
        b"\xff",
    ]
)
BODIES = st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=12).map(b"".join))
KINDS = st.one_of(
    st.sampled_from(
        ["", body.FORM, "multipart/form-data; boundary=b", "multipart/x; boundary=", "text/csv", "image/x"]
    ),
    st.text(max_size=30),
)


def headers(kind: str, encoding: str = "") -> Message:
    found = Message()
    if kind:
        found["Content-Type"] = kind
    if encoding:
        found["Content-Encoding"] = encoding
    return found


def read(content: bytes, told: Message, step: int = 7) -> bytes:
    async def chunks() -> AsyncIterator[bytes]:
        for at in range(0, len(content), step):
            yield content[at : at + step]

    return asyncio.run(body.read(chunks(), told))


@given(content=BODIES, kind=KINDS)
def test_any_body_is_taken_or_refused_and_no_picture_ever_taken(content: bytes, kind: str) -> None:
    try:
        found = body.messages(content, headers(kind))
    except NotTaken as exc:
        assert exc.status_code in (400, 413, 415) and "; " in exc.detail
    else:
        assert all(b"\0" not in message for message in found)


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("", bytes)]
)
@given(content=st.binary(max_size=300), step=st.integers(1, 50))
def test_a_body_comes_through_in_any_pieces(
    encoding: str, pack: Callable[[bytes], bytes], content: bytes, step: int
) -> None:
    assert read(pack(content), headers("", encoding), step) == content


@given(
    content=st.binary(min_size=1, max_size=200), encoding=st.sampled_from(["gzip", "deflate", "x-gzip", "br"])
)
def test_a_body_that_is_not_packed_as_it_says_is_refused(content: bytes, encoding: str) -> None:
    with pytest.raises(NotTaken):
        read(content, headers("", encoding))


@given(
    pairs=st.lists(st.tuples(st.text(min_size=1, max_size=5), st.text(max_size=5)), min_size=1, max_size=5)
)
def test_a_form_becomes_an_object(pairs: list[tuple[str, str]]) -> None:
    try:
        content = urlencode(pairs).encode()
    except UnicodeEncodeError:  # half a character is not text
        return
    found = body.messages(content, headers(body.FORM))
    if not any(value.lstrip()[:1] in tuple("{[<") for _, value in pairs if value):
        (one,) = found
        assert sum(len(v) if isinstance(v, list) else 1 for v in json.loads(one).values()) == len(pairs)


@given(name=st.text(max_size=30))
def test_no_name_of_a_device_makes_another_topic(name: str) -> None:
    try:
        found = topic_of(name)
    except ValueError as exc:
        assert "; " in str(exc)
        return
    assert found == f"besok/in/{name}" and found.isprintable() and not set(found) & set("+#")
    assert ".." not in found.split("/") and "" not in found.split("/")


@pytest.mark.parametrize("wrong", ["", "a#", "a/+b", "/a", "a\n", "$share/x/a"])
def test_what_is_no_filter_of_devices(wrong: str) -> None:
    with pytest.raises(ValueError, match="is not a filter"):
        check_filter(wrong)


@given(header=st.text(max_size=40))
def test_any_authorization_is_read(header: str) -> None:
    for scheme in ("", "Basic ", "Bearer "):
        assert digest(presented(scheme + header))


def test_what_was_under_way_is_not_sent_on_the_next_connection() -> None:
    """Its sender was told that it did not arrive, and sends it again."""
    publisher = Publisher(Settings())
    publisher._client.publish("besok/in/door", b"{}", qos=1)
    publisher._on_connect(publisher._client, None, None, ReasonCode(PacketTypes.CONNACK, "Success"), None)
    assert publisher.connected
    assert not publisher._client.drop_out_messages()
