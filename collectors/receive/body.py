"""Bodies of HTTP requests, read with limits, and the messages in them: JSON, XML, CSV, forms; never pictures."""

import json
import zlib
from collections.abc import AsyncIterator, Iterator
from email.message import Message as Headers
from email.parser import BytesHeaderParser
from typing import Final
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException

from collectors.limits import BYTES_LIMIT

BODY_LIMIT: Final = 8_000_000  # bytes, as sent and as unpacked; a count with two pictures beside it fits
PARTS_LIMIT: Final = 50  # of a multipart body
FIELDS_LIMIT: Final = 1000  # of a form
HEADERS_LIMIT: Final = 8_000  # bytes of the headers of a part
UNREAD: Final = frozenset(["image", "video", "audio", "font"])  # main types of parts that are dropped unread
FORM: Final = "application/x-www-form-urlencoded"
NotTaken = HTTPException  # a refusal: the status of the answer, and a sentence that says what to do
ENCODINGS: Final = {"": False, "identity": False, "gzip": True, "x-gzip": True, "deflate": True}  # compressed


def check_length(headers: Headers) -> None:
    """Raise NotTaken for a body whose Content-Length is too large."""
    length = headers.get("content-length", "0")
    if not length.isdecimal() or len(length) > 15 or int(length) > BODY_LIMIT:
        raise _too_large()


async def read(chunks: AsyncIterator[bytes], headers: Headers) -> bytes:
    """Return the whole body, unpacked. Raises NotTaken, at once when a limit is passed."""
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ENCODINGS:
        raise NotTaken(415, "the body is compressed in a way not known here; send gzip or uncompressed")
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > BODY_LIMIT:
            raise _too_large()
    return _unpacked(bytes(body)) if body and ENCODINGS[encoding] else bytes(body)


def _unpacked(body: bytes) -> bytes:
    """Unpack gzip or deflate, never to more than a body may have. Raises NotTaken."""
    stream = zlib.decompressobj(zlib.MAX_WBITS | 32)  # 32: gzip or zlib, as it begins
    try:
        unpacked = stream.decompress(body, BODY_LIMIT + 1)
    except zlib.error as exc:
        raise NotTaken(400, "it is not compressed as Content-Encoding says; send it uncompressed") from exc
    if len(unpacked) > BODY_LIMIT:
        raise _too_large()
    if not stream.eof or stream.unused_data:
        raise NotTaken(400, "the compressed body breaks off, or something follows it; send it again whole")
    return unpacked


def messages(body: bytes, headers: Headers) -> list[bytes]:
    """Return the messages in a body: one, or one for each part that is JSON or XML. Raises NotTaken."""
    parts = list(_messages(body, headers))
    if any(len(message) > BYTES_LIMIT for message in parts):
        raise _too_large()
    return parts


def _messages(body: bytes, headers: Headers) -> Iterator[bytes]:
    kind = headers.get_content_type() if "content-type" in headers else ""
    if kind.startswith("multipart/"):
        yield from _parts(body, headers)
    elif kind.partition("/")[0] in UNREAD or b"\0" in body:
        raise NotTaken(415, "the body is not text; send JSON, XML, CSV or a form, and turn off pictures")
    elif kind == FORM and not _is_document(body) and b"=" in body:
        yield from _fields(body)
    else:
        yield body


def _parts(body: bytes, headers: Headers) -> Iterator[bytes]:
    """Yield the parts that are JSON, XML or CSV. All others, pictures above all, are dropped unread."""
    boundary = headers.get_boundary()
    if not boundary:
        raise NotTaken(400, "the multipart body names no boundary in its Content-Type; let it send one")
    _, *parts = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("ascii", "replace"), PARTS_LIMIT + 1)
    if not parts or not any(part.startswith(b"--") for part in parts):
        raise NotTaken(400, f"the body breaks off, or has more than {PARTS_LIMIT} parts; send it whole")
    count = 0
    for part in parts:
        part_headers, blank, content = part.partition(b"\r\n\r\n")
        if part.startswith(b"--") or not blank or len(part_headers) > HEADERS_LIMIT:
            continue
        kind = BytesHeaderParser().parsebytes(part_headers.lstrip() + b"\r\n\r\n").get_content_type()
        is_csv = kind == "text/csv" and b"\0" not in content
        if kind.partition("/")[0] not in UNREAD and (is_csv or _is_document(content)):
            count += 1
            yield content
    if not count:
        raise NotTaken(415, "no part of the body is JSON, XML or CSV; let it send counts as one of them")


def _fields(body: bytes) -> Iterator[bytes]:
    """Yield the fields that hold JSON or XML; if none does, all fields as one JSON object of texts."""
    try:
        fields = parse_qs(
            body.decode(),
            keep_blank_values=True,
            strict_parsing=True,
            max_num_fields=FIELDS_LIMIT,
            errors="strict",
        )
    except ValueError as exc:
        raise NotTaken(400, f"the body is not a form ({exc}); send JSON, and say so in Content-Type") from exc
    documents = [text.encode() for texts in fields.values() for text in texts if _is_document(text.encode())]
    texts_by_name = {name: texts if len(texts) > 1 else texts[0] for name, texts in fields.items()}
    yield from documents or [json.dumps(texts_by_name, ensure_ascii=False).encode("utf-8", "replace")]


def _is_document(content: bytes) -> bool:
    """Tell whether a part begins like a JSON object, a JSON list or XML."""
    return content[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[", b"<") and b"\0" not in content


def _too_large() -> NotTaken:
    most, each = BODY_LIMIT // 1_000_000, BYTES_LIMIT // 1_000_000
    return NotTaken(
        413,
        f"the body is too large: at most {most} MB, and {each} MB in one message, unpacked; send less at once, and turn"
        " off pictures in the device",
    )
