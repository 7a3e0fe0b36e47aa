"""Why something cannot be written down, in both languages: said by the command, the API, and the pages that ask it."""

from datetime import date
from typing import Final

from besok.model.site import Text

NO_TITLE: Final = Text(
    sv="skriv vad som önskades, på svenska eller engelska",
    en="title: say what was asked for, in Swedish or in English",
)
HALF_AN_ANSWER: Final = Text(
    sv="ett svar har en text och en dag; skriv båda eller ingendera",
    en="an answer has a text and a day; write both or neither",
)
NEVER_DONE: Final = Text(
    sv="det som aldrig har gjorts kan inte tas tillbaka; skriv sedan när det är gjort, och en senare dag här",
    en="what was never done cannot be undone; write done_since, and a later day here",
)
MANY_COUNTS: Final = Text(
    sv="tusen räkningar kom på ett dygn: det är fler än någon kan räkna",
    en="a thousand counts came within a day: that is more than people can count",
)
ANOTHER_COUNT: Final = Text(
    sv="en annan räkning finns redan under detta id; börja en ny",
    en="another count is stored under this id; make a new one",
)
COUNT_TOO_LONG: Final = Text(
    sv="en räkning slutar efter att den har börjat, inom tolv timmar",
    en="a count ends after it begins, within twelve hours",
)
COUNT_TOO_LATE: Final = Text(
    sv="en räkning skickas efter att den har slutat, inom sextio dagar; stämmer telefonens klocka?",
    en="a count is sent after its end, within sixty days; is the phone's clock right?",
)
TAP_OUTSIDE: Final = Text(
    sv="en tryckning ligger utanför räkningens tid",
    en="a tap lies outside of the count",
)
UNAVAILABLE: Final = Text(
    sv="databasen kan inte svara nu; försök igen om några sekunder",
    en="the database cannot answer now; try again in a few seconds",
)
DATABASE_OLDER: Final = Text(
    sv="databasen är äldre än programmet: kör `besok migrate`",
    en="the database is older than this program: run `besok migrate`",
)
DATABASE_NEWER: Final = Text(
    sv="databasen är nyare än programmet: starta den version som senast körde `besok migrate`",
    en="the database is newer than this program: start the version that last ran `besok migrate`",
)
DATABASE_UNFIT: Final = Text(
    sv="databasen saknar något som programmet behöver: kör `besok migrate`",
    en="the database lacks something that this program needs: run `besok migrate`",
)
FAULT: Final = Text(
    sv="Besök kunde inte svara, på grund av ett eget fel; loggen säger mer",
    en="Besök could not answer because of a fault in itself; its log tells more",
)
_DAYS: Final = {
    "asked": "dagen då det önskades",
    "answered": "svarsdagen",
    "done_since": "dagen sedan vilken det är gjort",
    "undone": "dagen då det togs tillbaka",
}


def elsewhere(what: Text) -> Text:
    """A page of somebody else's asked for it."""
    return Text(
        sv=f"{what.sv} bara från sidor i detta Besök",
        en=f"{what.en} from pages of this Besök only",
    )


def too_long(most: int) -> Text:
    """A text that is missing in one language, or longer than `most` characters."""
    return Text(
        sv=f"skriv på båda språken, med högst {most} tecken",
        en=f"write it in both languages, with {most} characters at most",
    )


def no_year(year: int) -> Text:
    """A day in a year that cannot be meant."""
    return Text(sv=f"året {year} kan inte stämma; rätta det", en=f"the year {year} cannot be; correct it")


def not_yet(day: date) -> Text:
    """A day to come of what must have been."""
    return Text(
        sv=f"{day} har inte varit än; skriv dagen då det var",
        en=f"{day} is still to come; write the day on which it was",
    )


def out_of_order(second: date, earlier: str, first: date) -> Text:
    """A day of an action that lies before what comes earlier (the name of its key)."""
    return Text(
        sv=f"{second} är före {_DAYS[earlier]} ({first}); byt plats på dagarna eller rätta dem",
        en=f"{second} is before {earlier} ({first}); exchange or correct the days",
    )


def no_weekday(day: str) -> Text:
    """A word that is no weekday."""
    return Text(
        sv=f"”{day}” är ingen veckodag; skriv ”monday” till ”sunday”",
        en=f'"{day}" is no weekday; write "monday" to "sunday"',
    )


def no_id(name: str) -> Text:
    """An id that is none."""
    return Text(
        sv=f"”{name}” är inget id: bara små bokstäver, siffror och enkla -, som i ”langre-sondagar”",
        en=f'"{name}" is no id: small letters, digits and single - only, as in "longer-sundays"',
    )


def no_action(site: str, name: str) -> Text:
    """An action that the ledger does not hold, or no more."""
    return Text(
        sv=f"{site} har ingen åtgärd ”{name}”; den kan ha tagits bort",
        en=f'{site} has no action "{name}"; `besok action list` shows what there is',
    )


def no_space(site: str, space: str) -> Text:
    """A space that the site does not have."""
    return Text(sv=f"det finns inget utrymme ”{space}” i {site}", en=f'there is no space "{space}" in {site}')


def no_door(site: str, portal: str) -> Text:
    """A door that the site does not have."""
    return Text(sv=f"det finns ingen dörr ”{portal}” i {site}", en=f"there is no door “{portal}” in {site}")


def no_finding(number: int) -> Text:
    """A finding that there is not, or no more."""
    return Text(
        sv=f"det finns inget fynd {number}; det kan ha tagits bort",
        en=f"there is no finding {number}; `besok quality list` shows those there are",
    )


def resolved(number: int) -> Text:
    """A finding whose cause is gone."""
    return Text(
        sv=f"fynd {number} har löst sig självt: orsaken är borta",
        en=f"finding {number} was resolved by itself: its cause is gone",
    )
