"""CSV payloads: which texts are tables, what mappings read, what is asked, what is kept when rejected."""

import json
from datetime import UTC, datetime

import pytest

from besok.model.decode_context import DecodeContext
from besok.model.errors import Unreadable
from besok.model.readings import Message
from besok.model.site import PayloadMapping
from collectors.adapters import csvtext
from collectors.decoding import decode as decode_message
from collectors.privacy import redacted

NOW = datetime(2026, 11, 28, 8, tzinfo=UTC)
COUNTS = 'time;In Count;Out Count\n2026-11-28 07:00;3;1\n2026-11-28 07:15;"4";2\n'


def message(text: str) -> Message:
    return Message(topic="besok/in/west-gate", payload=text.encode(), received=NOW)


def test_rows_have_the_names_of_their_columns() -> None:
    row = {"time": "2026-11-28 07:15", "In Count": "4", "Out Count": "2"}
    assert (csvtext.parse(COUNTS) or {})["rows"][1] == row


def test_each_table_of_a_file_has_its_own_names() -> None:
    text = "Counts of a day\n\nline,in\n1,5\n\nday,total,left\n28,9,8\n"
    assert csvtext.parse(text) == {
        "rows": [{"line": "1", "in": "5"}, {"day": "28", "total": "9", "left": "8"}]
    }


@pytest.mark.parametrize(
    "text",
    ["7,5", "one line", "1,2\n3,4", "a,b\nc,d", "a,a\n1,2", "a,b\n1,2,3", '{"a":\n1,"b"', "12:00,in\n5,6"],
)
def test_other_texts_are_no_table(text: str) -> None:
    assert csvtext.parse(text) is None


def test_a_table_with_too_many_cells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csvtext, "VALUES_LIMIT", 1_000)
    for rows in ("1;2\n" * 500, "1;2" + "\n" * 1_000 + "3;4"):
        with pytest.raises(Unreadable, match="more than 1,000 values"):
            csvtext.parse(f"a;b\n{rows}")


def test_a_mapping_reads_its_rows() -> None:
    mapping = PayloadMapping(
        name="gate",
        topic="besok/in/+",
        each="$.rows[*]",
        values={"in": "@['In Count']", "out": "@['Out Count']"},
        time="@.time",
        period_s=900,
    )
    decoded = decode_message(message(COUNTS), DecodeContext(mappings=(mapping,)))
    assert [(r.metric, r.value) for r in decoded.readings] == [("in", 3), ("out", 1), ("in", 4), ("out", 2)]


def test_a_table_that_nothing_knows_is_asked_about() -> None:
    (reason,) = decode_message(message("time,in_total\n2026-11-28T07:00Z,3\n2026-11-28T08:00Z,4\n")).problems
    assert 'time = "@.time"\neach = "$.rows[*]"\n#' in reason  # a row is a time, not a line
    assert '# values.in_total = "@.in_total"' in reason


def test_a_column_of_lines_keeps_them_apart() -> None:
    (reason,) = decode_message(message("Line No,in_total\n1,3\n2,4\n")).problems
    assert 'channel = "@[\\"Line No\\"]"' in reason


def test_a_kept_table_has_its_numbers_times_and_names_of_columns() -> None:
    kept = redacted(message(COUNTS), DecodeContext()).payload
    assert json.loads(kept) == csvtext.parse(COUNTS.strip())
    kept = redacted(message("name;count\nAnna Svensson;3\n"), DecodeContext()).payload
    assert json.loads(kept) == {"rows": [{"name": "[text]", "count": "3"}]}
