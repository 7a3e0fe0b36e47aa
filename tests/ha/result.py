"""What came out, and what should not have."""

from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Result:
    """Sentences of what was found."""

    lines: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def expect(self, what: str, *, holds: bool) -> None:
        """Note something that must hold, and whether it does."""
        (self.lines if holds else self.wrong).append(what)
