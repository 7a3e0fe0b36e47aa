"""Refusals, remarks and questions about files of counts, in English; `besok.text` translates them."""

from collections.abc import Iterable, Mapping
from typing import Any

from besok.model.errors import CountFileError, Unclear
from besok.model.messages import Translatable
from besok.model.period_counts import FileChoice, FileQuestion, FileRemark
from besok.model.suggest import suggestion


def refusal(english: str, **values: Any) -> CountFileError:
    """Return an error: what is wrong, where, and what to do."""
    return CountFileError(Translatable(english, values))


def remark(kind: str, row: int | None, english: str, **values: Any) -> FileRemark:
    """Return what a person should know."""
    return FileRemark(kind=kind, row=row, text=Translatable(english, {"row": row, **values}))


def option(value: str, english: str, **values: Any) -> FileChoice:
    """Return an answer and what it makes of the file."""
    return FileChoice(value=value, text=Translatable(english, values))


def question(
    key: str, english: str, choices: Iterable[FileChoice] = (), several: bool = False, **values: Any
) -> FileQuestion:
    """Return a question; one without choices is answered in words."""
    return FileQuestion(key=key, text=Translatable(english, values), choices=tuple(choices), several=several)


def whole(number: float) -> str:
    """Return a number of people as it is written in every language."""
    return f"{number:,.0f}".replace(",", "\u00a0")


class Answers:
    """What was answered by key; each must be used, or it answers nothing that the file asks."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given
        self._used: set[str] = set()

    def of(self, asked: FileQuestion) -> str:
        """Return the answer, as it is written in the choices where there are any. Raises Unclear, CountFileError."""
        return self.several_of(asked)[0]

    def several_of(self, asked: FileQuestion) -> list[str]:
        """Return the answers to a question that may have several. Raises Unclear, CountFileError."""
        if asked.key not in self._given:
            raise Unclear([asked])
        self._used.add(asked.key)
        told = self._given[asked.key].strip()
        known = {choice.value.casefold(): choice.value for choice in asked.choices}
        parts = told.split("|") if asked.several and told.casefold() not in known else [told]
        if not known:
            return [told]
        for part in parts:
            if part.strip().casefold() not in known:
                raise refusal(
                    "“{told}” is no answer to “{key}”{hint}; give one of: {choices}",
                    told=part[:60],
                    key=asked.key,
                    hint=suggestion(part, known.values()),
                    choices=", ".join([*known.values()][:20]),
                )
        return [known[part.strip().casefold()] for part in parts]

    def has(self, key: str) -> bool:
        """Tell whether something was answered before it is asked."""
        return key in self._given

    def check_used(self) -> None:
        """Refuse answers that nothing asked for. Raises CountFileError."""
        if left := sorted(set(self._given) - self._used):
            raise refusal("nothing of this file asks for “{key}”; leave that answer out", key=left[0][:60])
