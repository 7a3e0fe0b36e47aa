"""Rows as Apache Parquet, if `besok[parquet]` is installed."""

import importlib.util
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from tempfile import TemporaryFile
from typing import IO, Any, Final, Self, get_args, get_type_hints

MEDIA: Final = "application/vnd.apache.parquet"
CHUNK: Final = 256 * 1024  # bytes


def available() -> bool:
    """Tell whether Parquet is installed."""
    return importlib.util.find_spec("pyarrow") is not None


class Writer:
    """Write rows of the dataclass `kind` part by part; once closed, `file` is at its beginning."""

    def __init__(self, kind: type) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        self.file: IO[bytes] = TemporaryFile()  # noqa: SIM115 - closed by whoever reads it
        self._pa = pa
        self._schema = pa.schema([(field, _type(pa, hint)) for field, hint in _columns(kind).items()])
        self._writer = parquet.ParquetWriter(self.file, self._schema, compression="zstd")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *exc: object) -> None:
        self._writer.close()
        self.file.close() if kind else self.file.seek(0)

    def write(self, part: Mapping[str, Sequence[Any]]) -> None:
        """Write columns."""
        pa, schema = self._pa, self._schema
        columns = {
            name: [_value(value, schema.field(name).type == pa.string()) for value in part.get(name, ())]
            for name in schema.names
        }
        self._writer.write_table(pa.table(columns, schema=schema))


def chunks(file: IO[bytes]) -> Iterator[bytes]:
    """Yield a file piece by piece, and close it."""
    with file:
        while piece := file.read(CHUNK):
            yield piece


def _columns(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _type(pa: Any, hint: Any) -> Any:
    """Return the column's type: what has no simple one is JSON as text."""
    kinds = {kind for kind in (get_args(hint) or (hint,)) if kind is not type(None)}
    for kind, column in ((datetime, pa.timestamp("us", tz="UTC")), (date, pa.date32()), (bool, pa.bool_()),
                       (int, pa.int64()), (float, pa.float64())):  # fmt: skip
        if kinds == {kind}:
            return column
    return pa.string()


def _value(value: Any, as_text: bool) -> Any:
    if not as_text or value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=_parts)


def _parts(value: Any) -> Any:
    if hasattr(value, "__dataclass_fields__"):
        return {name: getattr(value, name) for name in value.__dataclass_fields__}
    return str(value)
