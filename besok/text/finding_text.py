"""Findings in one plain sentence with their evidence, in both languages; how sure they are, and what to do."""

from collections.abc import Mapping
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal

from besok.model.findings import Finding
from besok.model.site import Text

Names = Mapping[str, Text]  # of portals and spaces, by id
Language = Literal["sv", "en"]

SURE_ODDS = 1e5  # more is given as "more than"


def sentence(found: Finding, names: Names, zone: str) -> Text:
    """Say what is wrong, with numbers and since when: `Park entrance counts 9% fewer out than in since 3 March.`"""
    template = SENTENCES[_variant(found)]
    return Text(
        sv=template.sv.format_map(_values(found, names, zone, "sv")),
        en=template.en.format_map(_values(found, names, zone, "en")),
    )


def advice(found: Finding) -> Text:
    """Say what to do about it."""
    return ADVICE.get(_variant(found)) or ADVICE[found.kind]


def certainty(found: Finding) -> Text:
    """Say how sure it is: the interval, on how many days it rests, the odds. Empty where it is plain to see."""
    if found.kind not in ("unbalanced", "fading", "swapped"):
        return Text(sv="", en="")
    key = ("swapped" if found.kind == "swapped" else "share") + ("_sure" if found.odds >= SURE_ODDS else "")
    low, high = _interval(found)
    numbers = {"low": low, "high": high, "days": _number(found, "days"), "odds": found.odds}
    template = CERTAINTY[key]
    return Text(
        sv=template.sv.format_map(_formatted(numbers, "sv")),
        en=template.en.format_map(_formatted(numbers, "en")),
    )


def _variant(found: Finding) -> str:
    """Return the key of a finding's sentence: its kind, or a special case of it."""
    match found.kind:
        case "silent" if not found.device:
            return "silent_site"
        case "silent" | "blind" if _number(found, "never"):
            return f"{found.kind}_never"
        case "stuck" | "impossible" | "ghost" if found.space:
            return f"{found.kind}_gauge"
        case "unbalanced" if isinstance(found.evidence.get("other"), str):
            return "unbalanced_either"
    return found.kind


class _Number(str):
    """A number as it is written, which knows the words "one/several" to be written after it."""

    def __format__(self, words: str) -> str:
        one, _, several = words.partition("/")
        return f"{self} {one if self == '1' else several}" if words else str(self)


def _formatted(numbers: Mapping[str, float], language: Language) -> dict[str, str]:
    """Numbers as they are written: `{hours}` is rounded, `{hours1}` has one digit, `{hours:hour/hours}` its word."""
    whole = {k: _Number(format_decimal(round(v), "#,##0", language)) for k, v in numbers.items()}
    tenths = {f"{k}1": _Number(format_decimal(round(v, 1), "#,##0.0", language)) for k, v in numbers.items()}
    return {**whole, **tenths}


def _values(found: Finding, names: Names, zone: str, language: Language) -> dict[str, str]:
    """Return what the places of a sentence are filled with."""
    numbers = {k: float(v) for k, v in found.evidence.items() if isinstance(v, int | float)}
    values: dict[str, str] = {}
    if found.kind == "fading":
        numbers["less"] = 100 * (1 - numbers["share"])
    if found.kind == "unbalanced":
        share = numbers["out_share"]
        numbers["less"] = 100 * (1 - min(share, 1 / share if share else 1))
        ways = {"sv": ("ut", "in"), "en": ("out", "in")}[language]
        values["fewer"], values["more"] = ways if share < 1 else ways[::-1]
    local = found.since.astimezone(ZoneInfo(zone))
    day = format_date(local, "d MMMM", language)
    other = str(found.evidence.get("other", ""))
    return (
        _formatted(numbers, language)
        | values
        | {
            "who": f"{_name(found.portal or found.space, names, language)} ({found.device})",
            "other": _name(other, names, language),
            "other_device": str(found.evidence.get("other_device", "")),
            "day": day,
            "time": f"{day} kl. {local:%H:%M}" if language == "sv" else f"{day} {local:%H:%M}",
        }
    )


def _name(place: str, names: Names, language: Language) -> str:
    name: str = getattr(names.get(place, Text(sv=place, en=place)), language)
    return name


def _number(found: Finding, name: str) -> float:
    value = found.evidence.get(name, 0.0)
    return float(value) if isinstance(value, int | float) else 0.0


def _interval(found: Finding) -> tuple[float, float]:
    """Return how many per cent fewer, at least and at most."""
    lower, upper = _number(found, "lower"), _number(found, "upper")
    if found.kind == "fading":
        return 100 * (1 - upper), 100 * (1 - lower)
    shares = sorted((1 - abs(bias) / 2) / (1 + abs(bias) / 2) for bias in (lower, upper))
    return 100 * (1 - (1.0 if lower * upper < 0 else shares[1])), 100 * (1 - shares[0])


SENTENCES: Mapping[str, Text] = {
    "silent": Text(sv="{who} har inte hörts sedan {time}.", en="{who} has not been heard since {time}."),
    "silent_never": Text(sv="{who} har aldrig hörts.", en="{who} has never been heard."),
    "silent_site": Text(
        sv="Ingen av platsens {sensors} sensorer har hörts sedan {time}.",
        en="None of the {sensors} sensors of the site has been heard since {time}.",
    ),
    "flapping": Text(
        sv="{who} kommer och går: tyst {times:gång/gånger}, tillsammans {hours:timme/timmar}, sedan {day}.",
        en="{who} comes and goes: silent {times:time/times}, {hours:hour/hours} together, since {day}.",
    ),
    "stuck": Text(
        sv="{who} räknade exakt {people} i {steps:kvart/kvartar} i rad, och aldrig färre, sedan {time}.",
        en="{who} counted exactly {people} in {steps:quarter/quarters} in a row, and never fewer, since {time}.",
    ),
    "stuck_gauge": Text(
        sv="{who} visar {people:person/personer} oförändrat sedan {time}, "
        "medan {passed} gick genom dörrarna omkring.",
        en="{who} has shown {people:person/people} without a change since {time}, "
        "while {passed} passed the doors around it.",
    ),
    "blind": Text(
        sv="{who} har inte räknat någon sedan {time}, medan {passed} gick genom de andra dörrarna; "
        "omkring {expected} borde ha räknats här.",
        en="{who} has counted nobody since {time}, while {passed} passed the other doors; "
        "about {expected} should have been counted here.",
    ),
    "blind_never": Text(
        sv="{who} hörs men har aldrig räknat någon, medan {passed} gick genom de andra dörrarna.",
        en="{who} is heard but has never counted anybody, while {passed} passed the other doors.",
    ),
    "fading": Text(
        sv="{who} räknar {less} % färre än förut sedan {day}, i förhållande till de andra dörrarna.",
        en="{who} counts {less}% fewer than before since {day}, compared with the other doors.",
    ),
    "swapped": Text(
        sv="{who} förväxlar in och ut sedan {day}: på {days:dag/dagar} gick folk enligt den ut "
        "{hours1:timme/timmar} innan de kom.",
        en="{who} takes in for out since {day}: by its count, on {days:day/days} people left "
        "{hours1:hour/hours} before they came.",
    ),
    "unbalanced": Text(
        sv="{who} räknar {less} % färre {fewer} än {more} sedan {day}.",
        en="{who} counts {less}% fewer {fewer} than {more} since {day}.",
    ),
    "unbalanced_either": Text(
        sv="{who} räknar {less} % färre {fewer} än {more} sedan {day}, eller så är det {other}.",
        en="{who} counts {less}% fewer {fewer} than {more} since {day}, or else {other} does.",
    ),
    "double": Text(
        sv="{who} och {other} ({other_device}) räknar samma passager: {same} av {quarters} kvartar är lika, "
        "så alla räknas två gånger.",
        en="{who} and {other} ({other_device}) count the same passages: {same} of {quarters} quarters are equal, "
        "so everybody counts twice.",
    ),
    "impossible": Text(
        sv="{who} räknade {people:person/personer} på en kvart, {times:gång/gånger} sedan {time}; "
        "fler än {limit} kan inte passera.",
        en="{who} counted {people:person/people} in a quarter of an hour, {times:time/times} since {time}; "
        "no more than {limit} can pass.",
    ),
    "impossible_gauge": Text(
        sv="{who} visade {people:person/personer} sedan {time}; där ryms {capacity}.",
        en="{who} has shown {people:person/people} since {time}; the place holds {capacity}.",
    ),
    "ghost": Text(
        sv="{who} räknar {people:person/personer} per natt när inget annat rör sig, {nights:natt/nätter} "
        "av de senaste sju, sedan {day}.",
        en="{who} counts {people:person/people} a night when nothing else moves, {nights:night/nights} "
        "of the last seven, since {day}.",
    ),
    "ghost_gauge": Text(
        sv="{who} såg någon i {hours:timme/timmar} i rad fast ingen gick genom dörrarna, sedan {day}.",
        en="{who} saw somebody for {hours:hour/hours} on end though nobody passed the doors, since {day}.",
    ),
}

CERTAINTY: Mapping[str, Text] = {
    "share": Text(
        sv="95 %-intervall {low}–{high} %, {days:dag/dagar}, oddsen är {odds} mot 1",
        en="95% interval {low}–{high}%, {days:day/days}, odds of {odds} to 1",
    ),
    "share_sure": Text(
        sv="95 %-intervall {low}–{high} %, {days:dag/dagar}, oddsen är mer än 100\u00a0000 mot 1",
        en="95% interval {low}–{high}%, {days:day/days}, odds of more than 100,000 to 1",
    ),
    "swapped": Text(sv="{days:dag/dagar}, oddsen är {odds} mot 1", en="{days:day/days}, odds of {odds} to 1"),
    "swapped_sure": Text(
        sv="{days:dag/dagar}, oddsen är mer än 100\u00a0000 mot 1",
        en="{days:day/days}, odds of more than 100,000 to 1",
    ),
}

ADVICE: Mapping[str, Text] = {
    "silent": Text(
        sv="Se efter om den har ström och nät. Det som saknas uppskattas och märks, det räknas aldrig som noll.",
        en="See whether it has power and network. What is missing is estimated and marked; it never counts as zero.",
    ),
    "silent_site": Text(
        sv="Se efter om nätet, brokern och insamlaren är igång: `besok doctor` säger vad som fattas.",
        en="See whether the network, the broker and the collector are running: `besok doctor` says what is missing.",
    ),
    "silent_never": Text(
        sv="Se efter att den är monterad och att platsfilen har dess namn och kanal: `besok device list`.",
        en="See that it is mounted, and that the site file has the name and channel it sends: `besok device list`.",
    ),
    "flapping": Text(
        sv="Se efter kontakt, strömkälla och nätets täckning där den hänger.",
        en="See to its plug, its power and the network's reach where it hangs.",
    ),
    "stuck": Text(
        sv="Starta om den. Hjälper det inte, byt ut den.", en="Restart it. If that does not help, replace it."
    ),
    "blind": Text(
        sv="Se efter om något står framför den, eller om dörren är stängd: kvittera i så fall med det som skäl.",
        en="See whether something stands before it, or whether the door is closed: then acknowledge with that reason.",
    ),
    "blind_never": Text(
        sv="Se efter att räknelinjen ligger över gången och att kanalen i platsfilen är den rätta.",
        en="See that its counting line lies across the way, and that the channel in the site file is the right one.",
    ),
    "fading": Text(
        sv="Rengör linsen, se efter om den har rubbats, och räkna en kvart för hand. "
        "Har folk bytt väg, kvittera med det som skäl.",
        en="Clean its lens, see whether it was moved, and count by hand for a quarter of an hour. "
        "If people take another way now, acknowledge with that reason.",
    ),
    "swapped": Text(
        sv="Vänd riktningen i sensorn, eller sätt `swapped = true` i platsfilen (ta bort det om det står där).",
        en="Turn the direction in the sensor, or set `swapped = true` in the site file (take it out if it is there).",
    ),
    "unbalanced": Text(
        sv="Räkna en kvart för hand åt båda hållen. Se efter linjens läge, och om folk går genom en dörr utan räknare.",
        en="Count both ways by hand for a quarter of an hour. See where its line lies, and whether people use a door "
        "without a counter.",
    ),
    "double": Text(
        sv="Ta bort den ena ur platsfilen, eller låt den stå som `role = \"reference\"`.",
        en='Take one of them out of the site file, or keep it as `role = "reference"`.',
    ),
    "impossible": Text(
        sv="Se efter sensorns minne och inställning, och se efter att rummets kapacitet i platsfilen stämmer.",
        en="See to the sensor's memory and settings, and that the capacity in the site file is right.",
    ),
    "ghost": Text(
        sv="Se efter vad som rör sig eller är varmt där: en gardin, en dator, en skylt, strålkastare utifrån.",
        en="See what moves or is warm there: a curtain, a computer, a sign, headlights from outside.",
    ),
}  # fmt: skip
