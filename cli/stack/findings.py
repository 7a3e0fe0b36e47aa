"""Lines of the doctor's report."""

from dataclasses import dataclass

OK, PROBLEM, NOTE = "ok", "PROBLEM", "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the report. A `PROBLEM` makes the doctor fail, a `NOTE` is only worth knowing."""

    state: str
    text: str
    advice: str = ""
