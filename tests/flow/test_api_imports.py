"""Past counts over HTTP: the preview and its questions, storing, undoing; in the reader's language."""

import httpx2

V1 = "/api/v1/sites/stadsbiblioteket"
BINARY = {"content-type": "application/octet-stream"}
SAID = {"source": "old gate", "name": "visits.csv"}
MONTHS = "Månad;Besök\n2019-01;1 000\n2019-02;900\nSumma;1 900\n"
GATE = "Date,Gate reading\n" + "".join(f"2019-01-{day:02},{1000 + 10 * day}\n" for day in range(1, 22))


def send(ask: httpx2.Client, text: str, to: str = "/preview", **said: object) -> httpx2.Response:
    return ask.post(f"{V1}/imports{to}", params=SAID | said, content=text.encode(), headers=BINARY)


def test_a_file_is_seen_stored_and_undone(ask: httpx2.Client) -> None:
    seen = send(ask, MONTHS).json()
    assert (seen["unit"], seen["counts"], seen["visits"], seen["by_year"]) == (
        "month",
        2,
        1900,
        {"2019": 1900},
    )
    assert seen["look_at"][0] == "Rows of sums are left out: 1." and seen["stored"] == ["2 new periods"]
    assert ask.get(f"{V1}/imports").json() == []
    made = send(ask, MONTHS, "", who="Kim")
    assert made.status_code == 201, made.text
    number = made.json()["id"]
    assert send(ask, MONTHS, "", who="Kim").json() == {"id": number}
    (kept,) = ask.get(f"{V1}/imports").json()
    assert (kept["author"], kept["visits"], kept["digest"]) == ("Kim", 1900, seen["digest"])
    undone = ask.post(f"{V1}/imports/{number}/undo", json={"who": "Robin"})
    assert undone.status_code == 200 and ask.get(f"{V1}/imports").json()[0]["changed_by"] == "Robin"
    assert ask.post(f"{V1}/imports/{number}/redo", json={"who": "Robin"}).status_code == 200
    ask.post(f"{V1}/imports/{number}/undo", json={"who": "Robin"})


def test_what_is_unclear_is_asked_in_the_readers_language(quiet: httpx2.Client) -> None:
    unclear = "Date,Visits\n03/04/2019,5\n04/04/2019,6\n"
    (question,) = send(quiet, unclear).json()["questions"]
    assert (question["key"], [c["value"] for c in question["choices"]]) == (
        "dates",
        ["month-first", "day-first"],
    )
    answer = quiet.post(
        f"{V1}/imports/preview",
        params=SAID,
        content=unclear.encode(),
        headers={**BINARY, "accept-language": "sv"},
    )
    assert answer.json()["questions"][0]["text"].startswith("Vilket datum är ”03/04/2019”?")
    assert send(quiet, unclear, answer="dates=day-first").json()["first"] == "2019-04-03"
    (question,) = send(quiet, GATE, answer="read-at=closing").json()["questions"]
    assert question["key"] == "measure"
    assert send(quiet, GATE, answer="read-at=closing", measure="passages").json()["visits"] == 200


def test_a_calendar_file_is_looked_at_stored_and_removed(ask: httpx2.Client) -> None:
    event = "BEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Story hour\r\nDTSTART:20260310T100000Z\r\nEND:VEVENT"
    sent = {"content": f"BEGIN:VCALENDAR\r\n{event}\r\nEND:VCALENDAR\r\n".encode(), "headers": BINARY}
    params = {"name": "programme & more"}
    seen = ask.post(f"{V1}/calendars/preview", params=params, **sent).json()  # type: ignore[arg-type]
    assert seen["listed"] == ["+ 2026-03-10 11:00 Story hour"] and (seen["new"], seen["removed"]) == (1, 0)
    day = {"from": "2026-03-10", "to": "2026-03-10"}
    assert "programme & more" not in ask.get(f"{V1}/events", params=day).text
    assert ask.post(f"{V1}/calendars", params=params, **sent).json() == seen  # type: ignore[arg-type]
    assert "programme & more" in ask.get(f"{V1}/events", params=day).text
    wrong = ask.post(f"{V1}/calendars/preview", params=params, content=b"Date,Visits", headers=BINARY)
    assert wrong.status_code == 422 and "not an iCalendar file" in wrong.json()["error"]
    swedish = BINARY | {"Accept-Language": "sv"}
    wrong = ask.post(f"{V1}/calendars/preview", params=params, content=b"Date,Visits", headers=swedish)
    assert "ingen iCalendar-fil" in wrong.json()["error"]
    never = event.replace("Story", "Never").replace("UID:a", "UID:b\r\nRRULE:FREQ=SECONDLY")
    strange = event.replace(":2026", ";TZID=Foo/Bar:2026").replace("Z\r", "\r").replace("UID:a", "UID:c")
    odd = f"BEGIN:VCALENDAR\r\n{never}\r\n{strange}\r\nEND:VCALENDAR\r\n"
    read = ask.post(f"{V1}/calendars/preview", params=params, content=odd.encode(), headers=swedish).json()
    assert read["problems"] == ["“Never hour”: återkommer oftare än ett program gör, eller aldrig"]
    assert "Foo/Bar” för “Story hour” är okänd" in read["assumed"][0]
    nowhere = ask.post(f"{V1}/calendars", params=params | {"space": "attic"}, **sent)  # type: ignore[arg-type]
    assert nowhere.status_code == 404
    assert ask.delete(f"{V1}/calendars", params=params).status_code == 204
    assert ask.delete(f"{V1}/calendars", params=params).status_code == 404


def test_what_cannot_be_is_refused(quiet: httpx2.Client) -> None:
    wrong = send(quiet, "Datum;Besök\n2019-01-01;12x\n2019-01-02;9\n")
    assert (wrong.status_code, wrong.json()["error"].partition(";")[0]) == (
        422,
        "row 2: “12x” is not a number",
    )
    assert send(quiet, MONTHS, portal="attic").status_code == 404
    assert send(quiet, MONTHS, source=" ").status_code == 422
    assert quiet.post(f"{V1}/imports/77/undo", json={"who": "Kim"}).status_code == 404
    large = quiet.post(f"{V1}/imports/preview", params=SAID, content=b"x" * (33 << 20), headers=BINARY)
    assert large.status_code == 413
