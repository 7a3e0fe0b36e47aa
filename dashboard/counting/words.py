"""The texts of the counting page in both languages. Its script fills in what stands in braces."""

from besok.text.formats import weekdays
from besok.text.languages import LANG, LANGUAGES, _


def words() -> dict[str, dict[str, object]]:
    """Return the texts by language and name."""
    texts: dict[str, dict[str, object]] = {}
    for language in LANGUAGES:
        token = LANG.set(language)
        try:
            texts[language] = _texts()
        finally:
            LANG.reset(token)
    return texts


def _texts() -> dict[str, object]:
    return {
        "weekdays": weekdays("wide"),
        "title": _("Count people"),
        "titleDoor": _("Count at a door"),
        "titleRooms": _("Headcount round"),
        "whyRooms": _(
            "Walk from room to room and type how many people are there; the estimate moves at once."
        ),
        "mode": _("What do you count?"),
        "modeRooms": _("All rooms"),
        "modeDoor": _("A door"),
        "modeDays": _("A day or week"),
        "titleDays": _("Visits counted by hand"),
        "whyDays": _("For a site without sensors. Two sample weeks or more are enough to estimate a year."),
        "when": _("When?"),
        "oneDay": _("One day"),
        "wholeWeek": _("The whole week, Monday to Sunday"),
        "dayOf": _("Day, or a day of the week"),
        "visits": _("How many people came in?"),
        "saveVisits": _("Save"),
        "dayMissing": _("Choose a day first."),
        "notOver": _("That week is not over yet; enter its days one by one, or wait for Sunday."),
        "visitsMissing": _("Write how many people came in, as a whole number."),
        "savedVisits": _("Saved: {n} visits, {when}."),
        "summaryVisits": _("{n} visits, {when}"),
        "startRound": _("Start the round"),
        "roomOf": _("Room {n} of {all} · {done} counted"),
        "people": _("People"),
        "seatsTaken": _("Taken seats"),
        "ofSeats": _("of {n}"),
        "unchanged": _("Unchanged: {people}"),
        "unchangedSeats": _("Unchanged: {people} people, {seats} seats"),
        "saveRoom": _("Save, next room"),
        "skip": _("Skip"),
        "erase": _("Erase"),
        "rooms": _("Rooms"),
        "endRound": _("End"),
        "typePeople": _("Type how many people are there first; 0 if there is nobody."),
        "savedRoom": _("Saved: {room}, {n}."),
        "roundDone": _("The round is done: {rooms} rooms, {n} people. Thank you!"),
        "empty": _("The building is empty"),
        "building": _("The building"),
        "reallyEmpty": _("Is nobody left in the whole building?"),
        "emptySaved": _("Saved: the building is empty."),
        "noRooms": _("This site has no rooms to count."),
        "roomsOnline": _("The rooms could not be loaded. Open this page once with a connection."),
        "summaryPeople": _("{people} people"),
        "summarySeats": _("{people} people, {seats} seats"),
        "takeBack": _("Undo"),
        "takenBack": _("Undone. It is kept, but not used."),
        "takenBackWhy": _("undone on the phone"),
        "undone": _("Undone"),
        "why": _(
            "Stand where you see the door. Count everyone who passes, children too; Besök compares it with the sensor."
        ),
        "yourName": _("Your name or initials"),
        "nameWhy": _("Saved with the count, so that questions can be asked about it."),
        "nameMissing": _("Write your name or initials first."),
        "door": _("Door"),
        "doorMissing": _("Choose a door first."),
        "noDoors": _("No door of this site has a sensor."),
        "learns": _("Teaches most: {weekday} {from}–{to}"),
        "slow": _("The sensor reports every {n} minutes: count for at least {least}."),
        "into": _("In is into {place}."),
        "start": _("Start counting"),
        "in": _("In"),
        "out": _("Out"),
        "fiveIn": _("+5 in"),
        "fiveOut": _("+5 out"),
        "undo": _("Undo"),
        "undoneTap": _("Undone: {what}."),
        "nothingToUndo": _("There is nothing to undo."),
        "stop": _("Stop"),
        "left": _("{time} left"),
        "over": _("{n} minutes are over: you may stop."),
        "stopShort": _("Only {time} so far. Less than four minutes cannot be compared."),
        "stopEarly": _("{time} so far, of {n} minutes. A longer count says more."),
        "goOn": _("Continue"),
        "stopAnyway": _("Stop and save"),
        "throwAway": _("Throw away"),
        "reallyThrow": _("Throw this count away? It was not sent."),
        "counts": _("Your counts on this phone"),
        "unsent": _("Not sent yet"),
        "sent": _("Sent"),
        "refused": _("Refused"),
        "summary": _("{in} in, {out} out, {minutes} min"),
        "waiting": _("{n} not sent yet. It is kept on this phone and sent when there is a connection."),
        "waitingMany": _(
            "{n} not sent yet. They are kept on this phone and sent when there is a connection."
        ),
        "sendNow": _("Send now"),
        "offline": _("No connection"),
        "offlineSafe": _("No connection. Go on counting: it is kept on this phone."),
        "noAnswer": _("Besök does not answer; trying again."),
        "allSent": _("Everything is sent. Thank you!"),
        "notKept": _("This phone does not save anything: leave this page open until the count is sent."),
        "notHttps": _(
            "Without https this page cannot be opened again while there is no connection: leave it open."
        ),
        "signIn": _("Sign in to send it"),
        "signInFirst": _("Sign in to send. Everything is kept on this phone until then."),
        "noSite": _("There is no such site."),
        "firstOnline": _("The doors could not be loaded. Open this page once with a connection."),
        "language": "Svenska" if LANG.get() == "en" else "English",
        "results": _("What the counts say"),
        "minutes": _("{n} min"),
        "loading": _("Loading …"),
    }
