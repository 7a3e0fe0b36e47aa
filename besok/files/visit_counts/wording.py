"""Refusals, remarks and questions about files of counts, in English; `besok.text` translates them."""

from collections.abc import Mapping, Sequence
from typing import Any

from besok.model.errors import CountFileError, Unclear
from besok.model.messages import Translatable
from besok.model.period_counts import FileChoice, FileQuestion, FileRemark
from besok.model.suggest import suggestion


def refusal(english: str, **values: Any) -> CountFileError:
    """Return an error: what is wrong, where, and what to do."""
    return CountFileError(Translatable(english, values))


def option(value: str, english: str, **values: Any) -> FileChoice:
    """Return an answer and what it makes of the file."""
    return FileChoice(value=value, text=Translatable(english, values))


def whole(number: float) -> str:
    """Return a number of people as it is written in every language."""
    return f"{number:,.0f}".replace(",", "\u00a0")


class Talk:
    """What is told of a file, and asked; what was answered, by the key of a question, must be asked for."""

    def __init__(self, answers: Mapping[str, str]) -> None:
        self.remarks: list[FileRemark] = []
        self.offers: list[FileQuestion] = []
        self._given = answers
        self._used: set[str] = set()

    def tell(self, kind: str, row: int | None, english: str, **values: Any) -> None:
        """Tell what a person should know, once."""
        said = FileRemark(kind=kind, row=row, text=Translatable(english, {"row": row, **values}))
        if said not in self.remarks:
            self.remarks.append(said)

    def ask(self, key: str, english: str, choices: Sequence[FileChoice] = (), **values: Any) -> str:
        """Return the answer: one of the choices, or any where there are none. Raises Unclear, CountFileError."""
        return self._answers(
            FileQuestion(key=key, text=Translatable(english, values), choices=tuple(choices))
        )[0]

    def ask_several(self, key: str, english: str, choices: Sequence[FileChoice], **values: Any) -> list[str]:
        """Return some of the choices. Raises Unclear, CountFileError."""
        text = Translatable(english, values)
        return self._answers(FileQuestion(key=key, text=text, choices=tuple(choices), several=True))

    def _answers(self, asked: FileQuestion) -> list[str]:
        if asked.key not in self._given:
            raise Unclear([asked])
        self._used.add(asked.key)
        answer = self._given[asked.key].strip()
        known = {choice.value.casefold(): choice.value for choice in asked.choices}
        parts = answer.split("|") if asked.several and answer.casefold() not in known else [answer]
        if not known:
            return [answer]
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

    def offer(self, key: str, english: str, choices: Sequence[FileChoice]) -> None:
        """Ask what needs no answer, once."""
        asked = FileQuestion(key=key, text=Translatable(english), choices=tuple(choices))
        if asked not in self.offers:
            self.offers.append(asked)

    def answered(self, key: str) -> bool:
        """Tell whether something was answered before it is asked."""
        return key in self._given

    def check_used(self) -> None:
        """Refuse answers that nothing asked for. Raises CountFileError."""
        if left := sorted(set(self._given) - self._used):
            raise refusal("nothing of this file asks for “{key}”; leave that answer out", key=left[0][:60])
