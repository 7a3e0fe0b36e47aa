"""The weather of days from plain files and from SMHI's open data, as it really looks."""

import json
from datetime import date

import pytest

from besok.files.weather import parse
from besok.model.calendar_entries import Weather
from besok.model.errors import CalendarFileError

ARCHIVE = """Stationsnamn;Stationsnummer;Stationsnät;Mäthöjd (meter över marken)
Helsingborg A;62040;SMHIs stationsnät;2.0

Parameternamn;Beskrivning;Enhet
Lufttemperatur;medelvärde 1 dygn, 1 gång/dygn, kl 00;celsius

Tidsperiod (fr.o.m);Tidsperiod (t.o.m);Höjd (meter över havet);Latitud (decimalgrader);Longitud (decimalgrader)
1995-08-01 00:00:00;2026-08-01 00:00:00;43.0;56.0304;12.7653

Från Datum Tid (UTC);Till Datum Tid (UTC);Representativt dygn;Lufttemperatur;Kvalitet;;Tidsutsnitt:
2026-01-01 00:00:01;2026-01-02 00:00:00;2026-01-01;-3.5;G;;Kvalitetskontrollerade historiska data
2026-01-02 00:00:01;2026-01-03 00:00:00;2026-01-02;1.25;Y;;
"""
HOURLY = "Datum;Tid (UTC);Nederbördsmängd;Kvalitet;;Tidsutsnitt:\n" + "".join(
    f"2026-01-{1 + n // 24:02};{n % 24:02}:00:00;0.5;G;;\n" for n in range(30)
)


def test_a_plain_file() -> None:
    text = "\ufeffdate;temperature_c;rain\n2026-01-02;-1,5;\n2026-01-01;3;0,2\n"
    assert parse(text) == {
        date(2026, 1, 1): Weather(temperature_c=3, precipitation_mm=0.2),
        date(2026, 1, 2): Weather(temperature_c=-1.5),
    }


def test_an_archive_of_days() -> None:
    assert parse(ARCHIVE) == {
        date(2026, 1, 1): Weather(temperature_c=-3.5),
        date(2026, 1, 2): Weather(temperature_c=1.25),
    }


def test_hours_become_days_where_there_are_enough() -> None:
    assert parse(HOURLY) == {date(2026, 1, 1): Weather(precipitation_mm=12)}


def test_the_latest_months() -> None:
    told = {
        "parameter": {"key": "5"},
        "value": [{"from": 0, "to": 1, "ref": "2026-11-01", "value": "4.3", "quality": "G"}],
    }
    assert parse(json.dumps(told)) == {date(2026, 11, 1): Weather(precipitation_mm=4.3)}
    hours = {
        "parameter": {"key": "1"},
        "value": [{"date": 1767225600000 + n * 3_600_000, "value": "2"} for n in range(20)],
    }
    assert parse(json.dumps(hours)) == {date(2026, 1, 1): Weather(temperature_c=2)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("a,b\n1,2\n", "must name the columns"),
        ("date,temp\n2026-13-01,2\n", "row 2: “2026-13-01” is not a date"),
        ("date,temp\n2026-01-01,warm\n", "line 2: 'warm' is not a number"),
        ("date,temp\n2026-01-01,99\n", "temperature_c lies between"),
        ("date,temp\n\n2026-01-01\n", "no weather"),
        ("date,temp\n", "no lines below"),
        ("{}", "not as SMHI"),
        ('{"parameter": {"key": "4"}, "value": []}', "parameter 4 is not read"),
        (
            ARCHIVE.replace("Lufttemperatur;Kvalitet", "Vindriktning;Kvalitet"),
            "of SMHI, temperature is parameter 2",
        ),
    ],
)
def test_what_cannot_be_read_is_told(text: str, said: str) -> None:
    with pytest.raises(CalendarFileError, match=said):
        parse(text)
