"""What is found, said in one plain sentence with its evidence, in both languages; how sure it is, and what to do."""

from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from besok.model.findings import Finding
from besok.model.site import Text

Names = Mapping[str, Text]  # of portals and spaces, by id

_MONTHS = """
januari februari mars april maj juni juli augusti september oktober november december
January February March April May June July August September October November December
"""
_SV, _EN = (line.split() for line in _MONTHS.strip().splitlines())
SURE_ODDS = 1e5  # more is said as "more than"


def sentence(found: Finding, names: Names, zone: str) -> Text:
    """What is wrong, with numbers and since when: `Park entrance counts 9% fewer out than in since 3 March.`"""
    return _SENTENCES[found.kind](found, _named(found, names), _Since(found.since, zone), names)


def _named(found: Finding, names: Names) -> Text:
    """What the sensor observes, and its own name."""
    place = found.portal or found.space
    name = names.get(place, Text(sv=place, en=place))
    return Text(sv=f"{name.sv} ({found.device})", en=f"{name.en} ({found.device})")


class _Since:
    """A moment at the site: `.day` as "3 March", `.time` as "3 March 10:15"."""

    def __init__(self, moment: datetime, zone: str) -> None:
        local = moment.astimezone(ZoneInfo(zone))
        self.day = Text(sv=f"{local.day} {_SV[local.month - 1]}", en=f"{local.day} {_EN[local.month - 1]}")
        self.time = Text(sv=f"{self.day.sv} kl. {local:%H:%M}", en=f"{self.day.en} {local:%H:%M}")


def _number(value: float, language: str, digits: int = 0) -> str:
    text = f"{value:,.{digits}f}"
    return text if language == "en" else text.replace(",", "\u00a0").replace(".", ",")


class _Number(str):
    """A number as it is written, which knows the words "one/several" to be written after it."""

    def __format__(self, words: str) -> str:
        one, _, several = words.partition("/")
        return f"{self} {one if self == '1' else several}" if words else str(self)


def _both(sv: str, en: str, **numbers: float) -> Text:
    """The two sentences with the numbers put in; `{hours}` is rounded, `{hours1}` has one digit.

    `{hours:hour/hours}` has the word beside it that the number asks for.
    """
    names = {**numbers, **{f"{k}1": v for k, v in numbers.items()}}

    def said(template: str, language: str) -> str:
        values = {
            k: _Number(_number(v, language, int(k.endswith("1") and k[:-1] in numbers)))
            for k, v in names.items()
        }
        return template.format(**values)

    return Text(sv=said(sv, "sv"), en=said(en, "en"))


def _get(found: Finding, name: str) -> float:
    value = found.evidence.get(name, 0.0)
    return float(value) if isinstance(value, int | float) else 0.0


def _silent(f: Finding, who: Text, since: _Since, names: Names) -> Text:
    if not f.device:
        return _both(
            f"Ingen av platsens {{n}} sensorer har hörts sedan {since.time.sv}.",
            f"None of the {{n}} sensors of the site has been heard since {since.time.en}.",
            n=_get(f, "sensors"),
        )
    if _get(f, "never"):
        return _both(f"{who.sv} har aldrig hörts.", f"{who.en} has never been heard.")
    return _both(
        f"{who.sv} har inte hörts sedan {since.time.sv}.",
        f"{who.en} has not been heard since {since.time.en}.",
    )


def _flapping(f: Finding, who: Text, since: _Since, names: Names) -> Text:
    return _both(
        f"{who.sv} kommer och går: tyst {{times:gång/gånger}}, tillsammans {{hours:timme/timmar}}, "
        f"sedan {since.day.sv}.",
        f"{who.en} comes and goes: silent {{times:time/times}}, {{hours:hour/hours}} together, since {since.day.en}.",
        times=_get(f, "times"), hours=_get(f, "hours"),
    )  # fmt: skip


def _stuck(f: Finding, who: Text, since: _Since, names: Names) -> Text:
    if f.space:
        return _both(
            f"{who.sv} visar {{people:person/personer}} oförändrat sedan {since.time.sv}, "
            "medan {passed} gick genom dörrarna omkring.",
            f"{who.en} has shown {{people:person/people}} without a change since {since.time.en}, "
            "while {passed} passed the doors around it.",
            people=_get(f, "people"), passed=_get(f, "passed"),
        )  # fmt: skip
    return _both(
        f"{who.sv} räknade exakt {{people}} i {{steps:kvart/kvartar}} i rad, och aldrig färre, sedan {since.time.sv}.",
        f"{who.en} counted exactly {{people}} in {{steps:quarter/quarters}} in a row, and never fewer, "
        f"since {since.time.en}.",
        people=_get(f, "people"), steps=_get(f, "steps"),
    )  # fmt: skip


def _blind(f: Finding, who: Text, since: _Since, names: Names) -> Text:
    if _get(f, "never"):
        return _both(
            f"{who.sv} hörs men har aldrig räknat någon, medan {{passed}} gick genom de andra dörrarna.",
            f"{who.en} is heard but has never counted anybody, while {{passed}} passed the other doors.",
            passed=_get(f, "passed"),
        )
    return _both(
        f"{who.sv} har inte räknat någon sedan {since.time.sv}, medan {{passed}} gick genom de andra dörrarna; "
        "omkring {expected} borde ha räknats här.",
        f"{who.en} has counted nobody since {since.time.en}, while {{passed}} passed the other doors; "
        "about {expected} should have been counted here.",
        passed=_get(f, "passed"), expected=_get(f, "expected"),
    )  # fmt: skip


def _fading(f: Finding, who: Text, since: _Since, names: Names) -> Text:
    return _both(
        f"{who.sv} räknar {{less}} % färre än förut sedan {since.day.sv}, i förhållande till de andra dörrarna.",
        f"{who.en} counts {{less}}% fewer than before since {since.day.en}, compared with the other doors.",
        less=100 * (1 - _get(f, "share")),
    )


def _swapped(f: Finding, who: Text, since: _Since, names: Names) -> Text:
    return _both(
        f"{who.sv} förväxlar in och ut sedan {since.day.sv}: på {{days:dag/dagar}} gick folk enligt den ut "
        "{hours1:timme/timmar} innan de kom.",
        f"{who.en} takes in for out since {since.day.en}: by its count, on {{days:day/days}} people left "
        "{hours1:hour/hours} before they came.",
        days=_get(f, "days"), hours=_get(f, "hours"),
    )  # fmt: skip


def _unbalanced(f: Finding, who: Text, since: _Since, names: Names) -> Text:
    share = _get(f, "out_share")
    few, more = (("ut", "in"), ("out", "in")) if share < 1 else (("in", "ut"), ("in", "out"))
    text = _both(
        f"{who.sv} räknar {{less}} % färre {few[0]} än {few[1]} sedan {since.day.sv}",
        f"{who.en} counts {{less}}% fewer {more[0]} than {more[1]} since {since.day.en}",
        less=100 * (1 - min(share, 1 / share if share else 1)),
    )
    other = f.evidence.get("other")
    if isinstance(other, str):
        name = names.get(other, Text(sv=other, en=other))
        return Text(sv=f"{text.sv}, eller så är det {name.sv}.", en=f"{text.en}, or else {name.en} does.")
    return Text(sv=f"{text.sv}.", en=f"{text.en}.")


def _double(f: Finding, who: Text, since: _Since, names: Names) -> Text:
    other, device = str(f.evidence.get("other", "")), f.evidence.get("other_device", "")
    name = names.get(other, Text(sv=other, en=other))
    return _both(
        f"{who.sv} och {name.sv} ({device}) räknar samma passager: {{same}} av {{quarters}} kvartar är lika, "
        "så alla räknas två gånger.",
        f"{who.en} and {name.en} ({device}) count the same passages: {{same}} of {{quarters}} quarters are equal, "
        "so everybody counts twice.",
        same=_get(f, "same"), quarters=_get(f, "quarters"),
    )  # fmt: skip


def _impossible(f: Finding, who: Text, since: _Since, names: Names) -> Text:
    if f.space:
        return _both(
            f"{who.sv} visade {{people:person/personer}} sedan {since.time.sv}; där ryms {{capacity}}.",
            f"{who.en} has shown {{people:person/people}} since {since.time.en}; the place holds {{capacity}}.",
            people=_get(f, "people"), capacity=_get(f, "capacity"),
        )  # fmt: skip
    return _both(
        f"{who.sv} räknade {{people:person/personer}} på en kvart, {{times:gång/gånger}} sedan {since.time.sv}; "
        "fler än {limit} kan inte passera.",
        f"{who.en} counted {{people:person/people}} in a quarter of an hour, {{times:time/times}} "
        f"since {since.time.en}; no more than {{limit}} can pass.",
        people=_get(f, "people"), times=_get(f, "times"), limit=_get(f, "limit"),
    )  # fmt: skip


def _ghost(f: Finding, who: Text, since: _Since, names: Names) -> Text:
    if f.space:
        return _both(
            f"{who.sv} såg någon i {{hours:timme/timmar}} i rad fast ingen gick genom dörrarna, sedan {since.day.sv}.",
            f"{who.en} saw somebody for {{hours:hour/hours}} on end though nobody passed the doors, "
            f"since {since.day.en}.",
            hours=_get(f, "hours"),
        )
    return _both(
        f"{who.sv} räknar {{people:person/personer}} per natt när inget annat rör sig, {{nights:natt/nätter}} "
        f"av de senaste sju, sedan {since.day.sv}.",
        f"{who.en} counts {{people:person/people}} a night when nothing else moves, {{nights:night/nights}} "
        f"of the last seven, since {since.day.en}.",
        people=_get(f, "people"), nights=_get(f, "nights"),
    )  # fmt: skip


_SENTENCES: Mapping[str, Callable[[Finding, Text, _Since, Names], Text]] = {
    "silent": _silent, "flapping": _flapping, "stuck": _stuck, "blind": _blind, "fading": _fading, "swapped": _swapped,
    "unbalanced": _unbalanced, "double": _double, "impossible": _impossible, "ghost": _ghost,
}  # fmt: skip


def certainty(found: Finding) -> Text:
    """How sure it is: the interval where there is one, on how many days it rests, the odds. Empty where it is plain."""
    parts: list[Text] = []
    if found.kind in ("unbalanced", "fading"):
        low, high = _interval(found)
        parts.append(_both("95 %-intervall {low}–{high} %", "95% interval {low}–{high}%", low=low, high=high))
    if _get(found, "days") and found.kind in ("unbalanced", "fading", "swapped"):
        parts.append(_both("{days:dag/dagar}", "{days:day/days}", days=_get(found, "days")))
        parts.append(_odds(found.odds))
    return Text(sv=", ".join(p.sv for p in parts), en=", ".join(p.en for p in parts))


def _odds(odds: float) -> Text:
    if odds >= SURE_ODDS:
        return Text(sv="oddsen är mer än 100\u00a0000 mot 1", en="odds of more than 100,000 to 1")
    return _both("oddsen är {odds} mot 1", "odds of {odds} to 1", odds=odds)


def _interval(found: Finding) -> tuple[float, float]:
    """How many per cent fewer, at least and at most."""
    if found.kind == "fading":
        return 100 * (1 - _get(found, "upper")), 100 * (1 - _get(found, "lower"))
    shares = sorted((1 - abs(b) / 2) / (1 + abs(b) / 2) for b in (_get(found, "lower"), _get(found, "upper")))
    if _get(found, "lower") * _get(found, "upper") < 0:
        shares[1] = 1.0
    return 100 * (1 - shares[1]), 100 * (1 - shares[0])


def advice(found: Finding) -> Text:
    """What to do about it."""
    if found.kind == "silent":
        return _ADVICE["silent_site" if not found.device else "never" if _get(found, "never") else "silent"]
    if found.kind == "blind" and _get(found, "never"):
        return _ADVICE["never_counted"]
    return _ADVICE[found.kind]


_ADVICE: Mapping[str, Text] = {
    "silent": Text(
        sv="Se efter om den har ström och nät. Det som saknas uppskattas och märks, det räknas aldrig som noll.",
        en="See whether it has power and network. What is missing is estimated and marked; it never counts as zero.",
    ),
    "silent_site": Text(
        sv="Se efter om nätet, brokern och insamlaren är igång: `besok doctor` säger vad som fattas.",
        en="See whether the network, the broker and the collector are running: `besok doctor` says what is missing.",
    ),
    "never": Text(
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
    "never_counted": Text(
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
