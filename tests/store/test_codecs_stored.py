"""Codecs in the database: added, replaced, pinned by their hash, and by the commands."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest
from typer.testing import Result

from besok.model.decode_context import Codec
from besok.model.errors import NotFound
from besok.store import codecs, decode_context
from besok.store.database import Database
from besok.store.notify import listen
from tests.databases import execute

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SOURCE = "function decodeUplink(i) { return { data: { line_1_total_in: i.bytes[0], line_1_total_out: i.bytes[1] } }; }"


def codec(source: str = SOURCE, model: str = "VS133") -> Codec:
    return Codec(vendor="Milesight", model=model, source=source)


def names(db: Database) -> list[tuple[str, str]]:
    return [(c.name, c.source) for c in decode_context.load(db).codecs]


def test_a_codec_is_added_replaced_and_removed(db: Database) -> None:
    assert codecs.add(db, [codec(), codec(model="VS121")], author="ann", now=NOW) == 2
    assert codecs.add(db, [codec()], author="bo", now=NOW) == 0
    assert [(s.model, s.added_by, s.added) for s in codecs.load(db)] == [
        ("VS121", "ann", NOW),
        ("VS133", "ann", NOW),
    ]
    assert codecs.add(db, [codec("2", "vs133")], author="bo", now=NOW) == 1
    assert names(db) == [("Milesight VS121", SOURCE), ("Milesight vs133", "2")]
    codecs.remove(db, "MILESIGHT", "VS121")
    assert names(db) == [("Milesight vs133", "2")]
    with pytest.raises(NotFound):
        codecs.remove(db, "Milesight", "VS121")


def test_a_source_that_is_not_the_one_that_was_added_is_not_used(db: Database) -> None:
    codecs.add(db, [codec()], author="ann", now=NOW)
    execute(db, "update codec set source = source || ' '")
    assert names(db) == []
    with pytest.raises(NotFound):
        codecs.find(db, "Milesight", "VS133")


def test_collectors_hear_of_it(db: Database, database_url: str) -> None:
    stop = Event()
    for notice in listen(database_url, ["sites"], stop):
        if notice.channel == "sites":
            stop.set()
        else:
            codecs.add(db, [codec()], author="ann", now=NOW)
    assert names(db)


def test_commands(db: Database, command: Callable[..., Result], tmp_path: Path) -> None:
    file = tmp_path / "vs133.js"
    file.write_text(SOURCE)

    def besok(*args: str) -> str:
        result = command("codec", *args)
        return result.output if result.exception is None else f"{result.exception}"

    named = ("--vendor", "Milesight", "--model", "VS133")
    assert f"Added: the codec of Milesight VS133, sha256 {codec().sha256}" in besok("add", str(file), *named)
    assert "There already" in besok("add", str(file), *named)
    assert codec().sha256[:16] in besok("list")
    tried = besok("test", "milesight", "vs133", "--fport", "85", "0709")
    assert '"line_1_total_in": 7' in tried and "out_total  9 people" in tried
    assert "No table says" in besok("add", str(file), "--vendor", "Acme", "--model", "X9")
    assert "Removed" in besok("remove", "Milesight", "VS133")
    assert "There is no codec" in besok("test", "Milesight", "VS133", "00")
    file.write_text("function (")
    assert "is not added: its codec fails" in besok("add", str(file), *named)


def test_a_folder_of_codecs(db: Database, command: Callable[..., Result], tmp_path: Path) -> None:
    for vendor, model, source in (
        ("Milesight", "VS121", SOURCE),
        ("Acme", "X9", SOURCE),
        ("Milesight", "XS133", "("),
    ):
        folder = tmp_path / "vendors" / vendor
        for name in ("devices", "codecs"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "vendor.toml").write_text(f'[vendor]\nname = "{vendor}"\n')
        firmware = f'[[device.firmware]]\ncodec = "{model}.js"\n'
        (folder / "devices" / f"{model}.toml").write_text(f'[device]\nname = "{model}"\n{firmware}')
        (folder / "codecs" / f"{model}.js").write_text(source)
    said = command("codec", "import", str(tmp_path)).output
    assert "1 codec taken, of which new or changed: 1\n  Acme X9  (no table says what its fields mean" in said
    assert (
        "1 left out, since Besök decodes their frames itself (--vendor takes them nevertheless): Milesight VS121"
        in said
    )
    assert "1 left out, since its codec fails (SyntaxError" in said
    assert "1 codec taken" in command("codec", "import", str(tmp_path), "--vendor", "milesight").output
    assert [name for name, _ in names(db)] == ["Acme X9", "Milesight VS121"]
