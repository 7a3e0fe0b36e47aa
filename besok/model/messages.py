"""Messages of refusals, which `besok.text` translates for commands, API and pages."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Translatable:
    """A sentence to be translated when it is shown: its English, which is its id in the catalogue, and its values.

    `about` is the field of a form that it is about, if it is about one.
    """

    english: str
    values: Mapping[str, Any] = field(default_factory=dict)
    about: str = ""

    def __str__(self) -> str:
        """In English, for logs and commands."""
        return self.english.format(**self.values)

    def __call__(self, **values: Any) -> "Translatable":
        """Return the sentence with these values."""
        return replace(self, values=values)


NO_TITLE: Final = Translatable("title: say what was asked for, in Swedish or in English")
HALF_AN_ANSWER: Final = Translatable("an answer has a text and a day; write both or neither")
NEVER_DONE: Final = Translatable(
    "what was never done cannot be undone; write done_since, and a later day here"
)
MANY_COUNTS: Final = Translatable("a thousand counts came within a day: that is more than people can count")
ANOTHER_COUNT: Final = Translatable("another count is stored under this id; make a new one")
COUNT_TOO_LONG: Final = Translatable("a count ends after it begins, within twelve hours")
COUNT_TOO_LATE: Final = Translatable(
    "a count is sent after its end, within sixty days; is the phone's clock right?"
)
HAND_COUNT_TOO_LONG: Final = Translatable("a count by hand is of one day, or of seven at most, in order")
HEADCOUNT_TIME: Final = Translatable(
    "a headcount is sent after it was made, within sixty days; is the phone's clock right?"
)
TAP_OUTSIDE: Final = Translatable("a tap lies outside of the count")
NO_PERIOD_COUNTS: Final = Translatable("there are no counts to store; name a file that holds some")
UNAVAILABLE: Final = Translatable("the database cannot answer now; try again in a few seconds")
TOOK_TOO_LONG: Final = Translatable("the answer took too long to compute: ask for a shorter time or for less")
BUSY: Final = Translatable("the service is busy with other questions; try again in a few seconds")
TOO_MANY: Final = Translatable(
    "you have asked too many questions at once: wait for their answers, then ask again"
)
CONTROL_CHARACTERS: Final = Translatable(
    "control characters are not accepted: take them out of the address or of what you sent"
)
NO_QUESTION: Final = Translatable("a page asks for its contents in another way: open its address instead")
NO_PARQUET: Final = Translatable(
    "Parquet is not installed here: `pip install besok[parquet]`, or ask for CSV"
)
NO_PUBLISHER: Final = Translatable(
    "the catalogue needs to know who publishes: set BESOK_OPERATOR and BESOK_CONTACT"
)
FOREIGN_PAGE: Final = Translatable(
    "this address is for pages of this Besök and for programs only; a proxy in front of it has to pass the Host on"
)
DATABASE_OLDER: Final = Translatable("the database is older than this program: run `besok migrate`")
DATABASE_NEWER: Final = Translatable(
    "the database is newer than this program: start the version that last ran `besok migrate`"
)
DATABASE_UNFIT: Final = Translatable(
    "the database lacks something that this program needs: run `besok migrate`"
)
FAULT: Final = Translatable("Besök could not answer because of a fault of its own; its log says more")
CLEANING_IS_OF_A_SPACE: Final = Translatable("cleaning is about one space: name it and its site")
THRESHOLD_NEEDED: Final[Mapping[str, Translatable]] = {
    "space_over": Translatable(
        "space_over needs a threshold above zero and up to 2: a share of the capacity, such as 0.9"
    ),
    "target_probability": Translatable(
        "target_probability needs a threshold above zero and up to 1: a probability, such as 0.5"
    ),
    "cleaning": Translatable("cleaning needs a threshold above zero: a number of entries, such as 400"),
}
NOT_POSSIBLE: Final = Translatable("This is not possible here: see what the field asks for.")
NO_UNTIL: Final = Translatable("write the end as a time, such as 2026-03-02T10:15", about="until")
UNTIL_NOT_AHEAD: Final = Translatable(
    "that is over already, or more than a year away: choose a time still to come, within a year",
    about="until",
)
NO_SUBJECT: Final = Translatable("{name} is not a door, space or sensor of this site", about="subject")
NO_MAINTENANCE: Final = Translatable("no maintenance {number} is going on")
NO_ANNOUNCEMENT: Final = Translatable("nothing is announced")
NO_RULE_KIND: Final = Translatable("there is no rule {kind}; choose one of {known}")
RULE_OF_ALL_SITES: Final = Translatable(
    "the rule {kind} is about the whole installation, not one site: set it for all sites"
)
RULE_OF_SIMULATED: Final = Translatable(
    "this place is simulated: nothing that happens here raises an alert, so it needs no rule"
)
NO_ALERT_TARGET: Final = Translatable(
    "there is no target {name}; `besok alert target list` shows those there are"
)
NO_ALERT_SPACE: Final = Translatable("name the site of the space {name}, too")
NO_ALERT: Final = Translatable("there is no alert {number}; look at the list again")
NO_ALERT_RULE: Final = Translatable("there is no rule {number}; look at the list again")
ALERT_TAKEN: Final = Translatable("alert {number} is over, or somebody is already taking care of it")
RULE_EXISTS: Final = Translatable("rule {number} says the same already")
ADDRESS_EXISTS: Final = Translatable(
    "{name} has that address already: choose it in a rule, or give another address", about="url"
)
HALF_QUIET: Final = Translatable(
    "quiet hours have a beginning and an end: write both or neither", about="quiet_to"
)
REPORT_IN_QUIET: Final = Translatable(
    "the monthly report has no quiet hours: leave them out", about="quiet_to"
)
UNKNOWN_SERVICE: Final = Translatable(
    "Apprise does not know that kind of address: it begins with mailto://, msteams:// or ntfy://, for example",
    about="url",
)
NO_VOIDED_SITE: Final = Translatable("that sensor is not one of this site")
NOTHING_CHOSEN: Final = Translatable("choose what at least one field means")
SINCE_WITHOUT_PLACE: Final = Translatable(
    "a day on which it begins needs a place; choose one, or leave out the day"
)
ASKED_NO_MORE: Final = Translatable("nothing is asked about this topic any more; load the page again")
SEVERAL_CHANNELS: Final = Translatable(
    "several devices or lines send on this topic; leave out the place here, and place each of them afterwards"
)
CHOSEN_TWICE: Final = Translatable("two fields cannot have the same meaning; choose one of them")
NOT_HEARD: Final = Translatable(
    "no message that is kept names the device; leave out the place here, and place it afterwards"
)
COUNTED_ALREADY: Final = Translatable("A sensor counts there already, and both would. Add this one?")
NO_FLOW: Final = Translatable("a door needs people who passed; choose a room, or another meaning")
NO_LEVEL: Final = Translatable("a room needs people who are present; choose a door, or another meaning")
OUT_OF_ORDER: Final = {
    "asked": Translatable("{second} is before asked ({first}); exchange or correct the days"),
    "answered": Translatable("{second} is before answered ({first}); exchange or correct the days"),
    "done_since": Translatable("{second} is before done_since ({first}); exchange or correct the days"),
    "undone": Translatable("{second} is before undone ({first}); exchange or correct the days"),
}


NO_PLACE: Final = Translatable("there is no door or room “{name}” here")
PLACED_ELSEWHERE: Final = Translatable(
    "{device} observes another place already; end that in the site file first"
)
NO_SUCH_CHOICE: Final = Translatable("“{name}” cannot be chosen for this device; load the page again")
TOO_LONG: Final = Translatable("write it in both languages, with {most} characters at most")
NO_YEAR: Final = Translatable("the year {year} cannot be right; correct it")
NOT_YET: Final = Translatable("{day} is still to come; write the day on which it was")


OF_ACTION: Final = Translatable("{action}: {key}: {reason}")
NO_WEEKDAY: Final = Translatable('"{day}" is not a weekday; write "monday" to "sunday"')
NO_ID: Final = Translatable(
    '"{name}" is not an id: small letters, digits and single - only, as in "longer-sundays"'
)
NO_ACTION: Final = Translatable(
    '{site} has no action "{name}": it may have been removed; look at the list again'
)
NO_CALENDAR: Final = Translatable(
    "this is not an iCalendar file: it does not begin with BEGIN:VCALENDAR, or is not whole"
)
BROKEN_CALENDAR: Final = Translatable("this is not an iCalendar file: {why}")
CALENDAR_EVENTS: Final = Translatable("the calendar holds more than {most} events; export a shorter time")
CALENDAR_LINE: Final = Translatable("a line of this file ({name}) has more than {most} characters")
EVENT_LEFT_OUT: Final = Translatable("{title}: {why}")
EVENT_ENDS_FIRST: Final = Translatable("it ends before it begins")
EVENT_EXRULE: Final = Translatable("EXRULE is no longer part of iCalendar; export it again")
EVENT_TOO_OLD: Final = Translatable("it recurs since {year}; let it begin later")
EVENT_UNREADABLE: Final = Translatable("it cannot be read ({why})")
EVENT_TOO_OFTEN: Final = Translatable("it recurs more often than a programme does, or never")
RULES_TOO_LONG: Final = Translatable("the rules of this file go on for too long; export a shorter time")
EVENT_CONTRADICTS: Final = Translatable("its recurrences contradict each other")
EVENT_TOO_LONG: Final = Translatable("it lasts longer than a year")
ZONE_ASSUMED: Final = Translatable("the time zone “{name}” of {events} is not known: taken for {zone}")
NO_CALENDAR_HERE: Final = Translatable('there is no calendar "{name}" at {site}; {instead}')
AND_MORE: Final = Translatable("{first} and {n} more")
DID_YOU_MEAN: Final = Translatable("did you mean “{name}”?")
NAME_ONE_OF: Final = Translatable("name one of {names}")
NONE_THERE: Final = Translatable("there is none yet")
APPLY_A_SITE: Final = Translatable("`besok site apply` makes one")
NO_SITE: Final = Translatable('there is no site "{name}"; {instead}')
NO_SPACE: Final = Translatable('there is no space "{name}" in {site}; {instead}')
NO_DOOR: Final = Translatable('there is no door "{name}" in {site}; {instead}')
NO_HEADCOUNT: Final = Translatable("{site} has no headcount {number} that is in use; look at the list again")
NO_COUNT: Final = Translatable("{site} has no count {number} that is in use; look at the list again")
NO_FINDING: Final = Translatable(
    "there is no finding {number}: it may have been removed; look at the list again"
)
ENDS_BEFORE_IT_BEGINS: Final = Translatable(
    "the time ends before it begins: exchange the two, or name a later end", about="last"
)
VOIDED_BEFORE: Final = Translatable(
    "all that this would void of {device} is voided already: nothing remains to void there"
)
UNDONE_BEFORE: Final = Translatable("{number} was undone before: there is nothing to undo")
NOT_IN_FORCE: Final = Translatable("{number} is not in force: there is nothing to undo")
DECIDED_BEFORE: Final = Translatable("{number} was decided before: look at the list again")
NOTHING_WAITS: Final = Translatable(
    "{device}: nothing of it waits in quarantine any more: look at the list again"
)
RELEASED_BEFORE: Final = Translatable(
    "these readings were released on {day} ({author}, {n} in all): undo that decision to decide again"
)
DROPPED_BEFORE: Final = Translatable(
    "these readings were dropped on {day} ({author}, {n} in all): undo that decision to decide again"
)
ERASED_AUTHOR: Final = Translatable("erased")
RESOLVED: Final = Translatable("finding {number} was resolved by itself: its cause is gone")
EXPIRED: Final = Translatable(
    "the readings of {what} from before {until} are deleted (BESOK_READINGS_DAYS), and its figures from before"
    " then stay as they are: choose a later time"
)
DECISION_EXPIRED: Final = Translatable(
    "decision {number} stays: {gone} of its readings, or those beside them, are deleted (BESOK_READINGS_DAYS)"
)
NO_IMPORT: Final = Translatable(
    "there is no import {number}: it may have been removed; look at the list again"
)
PERIOD_NOT_OVER: Final = Translatable(
    "{first} to {last} is not over; leave it out, or give its count for the days, weeks or months that are"
)
HOURS_OF_NO_DAY: Final = Translatable(
    "the opening hours {hours} extend beyond the business day, which begins at {begins}; correct them or leave their "
    "column out"
)
HOURS_NEVER_REPEAT: Final = Translatable(
    "the opening hours hardly ever repeat: they would be more than {most} special days; leave their column out, or "
    "import the years in files of their own"
)
PERIOD_TWICE: Final = Translatable("“{series}” has one period twice; keep one of the rows")
SERIES_TWICE: Final = Translatable(
    "{day}: “{series}” would be counted twice, at “{portal}” and at “{other}” of the same source (no name: the "
    "whole site); undo the import that has it, or give these counts a source of their own"
)
PERIODS_CROSS: Final = Translatable(
    "{other_first} to {other_last} overlaps with {first} to {last} of the same source, and cannot be compared; "
    "undo the import that has it, or give these counts a source of their own"
)
SUMS_APART: Final = Translatable(
    "{first} to {last} is {total:.0f}, but the shorter periods of the same source within it add up to "
    "{within:.0f}; correct one of them, undo the import that has it, or give these counts a source of their own"
)
UNDONE_APART: Final = Translatable(
    "without this import {first} to {last} would be {total:.0f}, and the shorter periods of the same source within it "
    "{within:.0f}; undo first what was imported after it, or import the right numbers"
)
SOURCE_COUNTS: Final = Translatable(
    "“{source}” has {before} counts, and these are {now}; say the same of both, or give these a source "
    "of their own"
)

FOREIGN_HOST: Final = Translatable(
    "{name} is not an address of this Besök: add it to BESOK_ALLOWED_HOSTS if it is"
)
SIGN_IN_NEEDED: Final = Translatable("this is not public: sign in first, or send a key")
NO_AUTHOR: Final = Translatable("who: write a name or initials, or sign in", about="who")
WRONG_PASSWORD: Final = Translatable("Name, password or code is wrong.")
WRONG_KEY: Final = Translatable("There is no such key, or it has expired.")
NO_ROLE: Final = Translatable(
    "The sign-in service knows you but gives you no role in Besök. Ask whoever runs Besök for one."
)
NOT_STRONG: Final = Translatable(
    "Besök asks for a stronger sign-in than this one, such as one with a second factor."
)
PROVIDER_FAILED: Final = Translatable(
    "The sign-in service did not sign you in. Try again; if it happens again, the log of Besök says why."
)
PROVIDER_AWAY: Final = Translatable("The sign-in service cannot be reached now. Try again in a minute.")
INSECURE: Final = Translatable(
    "Nobody can sign in here: the connection is not encrypted. "
    "Open Besök under the https address that BESOK_PUBLIC_URL names."
)

WAIT: Final = Translatable("Too many attempts under this name. Try again in {n} seconds.")
NOT_ALLOWED_HERE: Final = Translatable("{name} has no role that allows this at {site}")
NOT_ALLOWED: Final = Translatable("{name} has no role that allows this at every site")

CHANGED_MEANWHILE: Final = Translatable(
    "Somebody else has changed this since you opened it. Reload the page, see how it is now, and enter your change "
    "again."
)
PICTURE_TOO_LARGE: Final = Translatable("The file is too large: choose one of at most {n} MB.")
PICTURE_TOO_MANY_PIXELS: Final = Translatable(
    "The picture has too many pixels: make it smaller, then choose it again."
)
PICTURE_UNREADABLE: Final = Translatable("This picture cannot be read: choose an SVG, PNG or JPEG file.")
PICTURE_TOO_DETAILED: Final = Translatable(
    "The drawing has more than {n} parts: save it as PNG, then choose that file."
)
PICTURE_NO_SIZE: Final = Translatable(
    "The drawing does not say how large it is: save it as PNG, then choose that file."
)
PICTURE_NOT_PLAIN: Final = Translatable(
    "The drawing has a part that is not shown here (“{part}”): save it as plain SVG or as PNG, then choose that file."
)
ACCOUNT_BLOCKED: Final = Translatable("This account is blocked. Ask an administrator of Besök.")
NO_ACCOUNT: Final = Translatable("there is no account {name}; {instead}")
NO_KEY: Final = Translatable("there is no key {name}; {instead}")
ROLES_OF_PROVIDER: Final = Translatable(
    "the sign-in service says at each sign-in which roles {name} has: change them there, or block the account"
)
LAST_ADMINISTRATOR: Final = Translatable(
    "nobody could administer Besök after that: make somebody else an administrator of all sites first"
)
OWN_ACCOUNT: Final = Translatable(
    "you would no longer be an administrator: somebody else with that role has to do this"
)
FIRST_ACCOUNT: Final = Translatable(
    "the first account is an administrator's, of all sites: without it nobody could make others"
)
ACCOUNT_TAKEN: Final = Translatable("there is an account {name} already: choose another name")
ACCOUNT_NAME: Final = Translatable("a name has 1 to {most} characters")
ROLE_NEEDED: Final = Translatable("choose a role, at all sites or at one")
NO_INVITATION: Final = Translatable(
    "{name} signs in elsewhere or is blocked: there is no password here to choose"
)
INVITATION_OVER: Final = Translatable(
    "this invitation was used or is too old: ask an administrator for a new one"
)
PASSWORD_LENGTH: Final = Translatable(
    "a password has {least} to {most} characters; several words are easy to keep"
)
PASSWORDS_DIFFER: Final = Translatable("the two passwords are not the same: type both again")
KEY_TAKEN: Final = Translatable("there is a key {name} already: choose another name, or revoke that one")
KEY_DAYS: Final = Translatable("a key holds for 1 to {most} days")
SCENARIO_YEAR: Final = Translatable("choose days between {first} and {last}", about="first")
SCENARIO_DAYS: Final = Translatable(
    "ask about 1 to {most} days: shorten the time, or ask twice", about="days"
)
SCENARIO_VISITORS: Final = Translatable("ask about 0 to {most} times the visitors", about="visitors")
SCENARIO_HOURS: Final = Translatable("write the hours as 10–15, or closed", about="hours")
SCENARIO_SPACE: Final = Translatable("there is no space {name} at this site; choose another")
SCENARIO_DOOR: Final = Translatable("a door leads from one place to another: choose two", about="door:inner")
SCENARIO_DOOR_OUT: Final = Translatable(
    "inner is a space of this site: for a door to the outdoors, write `outer`: `outside`", about="door:inner"
)
SCENARIO_SENSOR: Final = Translatable("there is no sensor {name} at a door of this site; choose another")
SCENARIO_CLOSED: Final = Translatable(
    "the site is closed on all of these days: choose others, or other opening hours", about="first"
)
SCENARIO_EVENT: Final = Translatable(
    "the site is closed when the event begins: choose another time, or other opening hours",
    about="event:start",
)
SCENARIO_NOTHING: Final = Translatable("nothing would be different: choose at least one change")
SCENARIOS_QUEUED: Final = Translatable(
    "{most} questions of this site are waiting already: cancel one, or ask again when one is answered"
)
SCENARIO_ENDED: Final = Translatable("this scenario has ended already: there is nothing to cancel")
SCENARIO_NOT_PLAYED: Final = Translatable(
    "only an answered question can be played, and one at a time: end the other one and wait a moment"
)
SCENARIO_IN_USE: Final = Translatable("it is being simulated or played: end that first, then remove it")
RECORDING_CHANGED: Final = Translatable(
    "a recording is played as it was: take the changes out, or ask without it"
)
RECORDING_AHEAD: Final = Translatable(
    "that is not over yet: choose a time that ends before now", about="recorded:start"
)
RECORDING_EMPTY: Final = Translatable("nothing is kept of that time: choose another", about="recorded:start")
NO_SCENARIO: Final = Translatable("there is no scenario {number} of this site")
SCENARIO_UNREADABLE: Final = Translatable(
    "Scenario {number} cannot be read: what is stored is damaged, or of another version of Besök."
)
