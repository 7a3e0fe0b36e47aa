"""Rows as JSON and CSV."""

import asyncio
import csv
import json
from datetime import UTC, date, datetime

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api import errors
from api.answers import requested_format, rows, to_csv
from besok.model.views.series import FlowPoint, VisitPoint

START = datetime(2026, 11, 25, 8, tzinfo=UTC)
POINTS = [
    FlowPoint(portal="entré", start=START, people_in=3.0, people_out=None, coverage=0.5, imputed=0.0),
    FlowPoint(
        portal='a,"b"', start=START, people_in=float("nan"), people_out=1.0, coverage=1.0, imputed=0.25
    ),
]


def test_csv_keeps_the_unknown_empty_and_people_whole() -> None:
    table = list(csv.reader(to_csv(POINTS, FlowPoint).splitlines()))
    assert table[0] == ["portal", "start", "people_in", "people_out", "coverage", "imputed", "corrected"]
    assert table[1] == ["entré", "2026-11-25T08:00:00Z", "3", "", "0.5", "0", "0"]
    assert table[2][0] == 'a,"b"' and table[2][2] == ""  # not a number is not known


def test_csv_for_spreadsheets_whose_decimals_have_a_comma() -> None:
    table = to_csv(POINTS, FlowPoint, semicolons=True)
    head, first, *_rest = table.splitlines()
    assert head.startswith("\ufeffportal;start;people_in;")
    assert first == "entré;2026-11-25T08:00:00Z;3;;0,5;0;0"
    assert bytes(rows(POINTS, FlowPoint, "semicolons", "x").body).decode() == table


def test_numbers_have_no_noise_behind_them() -> None:
    day = date(2026, 11, 25)
    visit = VisitPoint(day=day, gross=0.1 + 0.2, net=31880.730000000003, coverage=0.084722222, imputed=-1e-9)
    assert "2026-11-25,0.3,31880.73,0.084722,0," in to_csv([visit], VisitPoint)


def test_csv_of_nothing_still_has_its_header() -> None:
    head = to_csv([], VisitPoint)
    assert head.startswith("day,gross,net,coverage,imputed,se,definition,corrected,final,") and head.endswith(
        "\r\n"
    )


def test_json_says_null_for_what_is_not_known() -> None:
    body = json.loads(bytes(rows(POINTS, FlowPoint, "json", "x").body))
    assert body[0]["people_out"] is None
    assert body[1]["people_in"] is None  # not a number is not JSON either
    assert body[0]["start"] == "2026-11-25T08:00:00Z"


def test_csv_is_offered_as_a_file() -> None:
    visits = [
        VisitPoint(
            day=date(2026, 11, 25), gross=10.0, net=9.5, coverage=1.0, imputed=0.0, se=4.5, definition=2
        )
    ]
    answer = rows(visits, VisitPoint, "csv", "huset-visits")
    assert answer.headers["content-disposition"] == 'attachment; filename="huset-visits.csv"'
    assert b"\r\n2026-11-25,10,9.5,1,0,4.5,2,0,True," in bytes(answer.body)


@pytest.mark.parametrize(
    ("chosen", "accept", "form"),
    [(None, None, "json"), (None, "text/csv", "csv"), ("json", "text/csv", "json"), ("csv", "*/*", "csv")],
)
def test_the_parameter_beats_the_header(chosen: str | None, accept: str | None, form: str) -> None:
    assert asyncio.run(requested_format(chosen, accept)) == form  # type: ignore[arg-type]


def test_a_fault_of_ours_is_a_sentence_too() -> None:
    server = FastAPI()
    errors.install(server)

    @server.get("/")
    def broken() -> None:
        raise RuntimeError("secret")

    answer = TestClient(server, raise_server_exceptions=False).get("/")
    assert answer.status_code == 500
    assert answer.json().keys() >= {"error", "detail", "title", "status", "type"}
    assert "secret" not in answer.text
