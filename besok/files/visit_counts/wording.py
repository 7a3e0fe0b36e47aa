"""Refusals, remarks and questions about files of counts, in English; `besok.text` translates them."""

from collections.abc import Mapping, Sequence
from typing import Any

from besok.model.errors import CountFileError, Unclear
from besok.model.messages import Translatable
from besok.model.period_counts import FileChoice, FileQuestion, FileRemark
from besok.model.suggest import suggestion


def refusal(english: str, **values: Any) -> CountFileError:
    """Return an error with the problem, its place and the remedy."""
    return CountFileError(Translatable(english, values))


def option(value: str, english: str, **values: Any) -> FileChoice:
    """Return a possible answer with its meaning."""
    return FileChoice(value=value, text=Translatable(english, values))


def grouped(number: float) -> str:
    """Return a number of people with grouped digits, the same in every language."""
    return f"{number:,.0f}".replace(",", "\u00a0")


class Dialog:
    """Remarks and questions about a file, with the answers by the key of a question; each answer must be used."""

    def __init__(self, answers: Mapping[str, str]) -> None:
        self.remarks: list[FileRemark] = []
        self.offers: list[FileQuestion] = []
        self._given = answers
        self._used: set[str] = set()

    def remark(self, kind: str, row: int | None, english: str, **values: Any) -> None:
        """Add a remark for a person, once."""
        remark = FileRemark(kind=kind, row=row, text=Translatable(english, {"row": row, **values}))
        if remark not in self.remarks:
            self.remarks.append(remark)

    def ask(self, key: str, english: str, choices: Sequence[FileChoice] = (), **values: Any) -> str:
        """Return the answer: one of the choices, or any where there are none. Raises Unclear, CountFileError."""
        return self._answers(
            FileQuestion(key=key, text=Translatable(english, values), choices=tuple(choices))
        )[0]

    def ask_several(self, key: str, english: str, choices: Sequence[FileChoice], **values: Any) -> list[str]:
        """Return some of the choices. Raises Unclear, CountFileError."""
        text = Translatable(english, values)
        return self._answers(FileQuestion(key=key, text=text, choices=tuple(choices), several=True))

    def _answers(self, question: FileQuestion) -> list[str]:
        if question.key not in self._given:
            raise Unclear([question])
        self._used.add(question.key)
        answer = self._given[question.key].strip()
        values = {choice.value.casefold(): choice.value for choice in question.choices}
        parts = answer.split("|") if question.several and answer.casefold() not in values else [answer]
        if not values:
            return [answer]
        for part in parts:
            if part.strip().casefold() not in values:
                raise refusal(
                    "“{told}” is not an answer to “{key}”{hint}; give one of: {choices}",
                    told=part[:60],
                    key=question.key,
                    hint=suggestion(part, values.values()),
                    choices=", ".join([*values.values()][:20]),
                )
        return [values[part.strip().casefold()] for part in parts]

    def offer(self, key: str, english: str, choices: Sequence[FileChoice]) -> None:
        """Add an optional question, once."""
        question = FileQuestion(key=key, text=Translatable(english), choices=tuple(choices))
        if question not in self.offers:
            self.offers.append(question)

    def answered(self, key: str) -> bool:
        """Tell whether a question was answered in advance."""
        return key in self._given

    def check_used(self) -> None:
        """Refuse answers to questions that were not asked. Raises CountFileError."""
        if unused := sorted(set(self._given) - self._used):
            raise refusal("nothing in this file asks for “{key}”; leave that answer out", key=unused[0][:60])
