"""Words of the audit."""

import re
from typing import get_args

import pytest

from besok.model.access import Audited
from besok.model.audited import ANNOUNCED, MUTED, SENTENCES, recognised
from besok.text.audit_text import kinds

UNTIL = "2026-03-04 18:00"


def test_every_kind_of_change_has_words() -> None:
    assert kinds().keys() == set(get_args(Audited))


@pytest.mark.parametrize("action", SENTENCES)
def test_what_was_written_is_recognised_with_its_values(action: Audited) -> None:
    for sentence in SENTENCES[action]:
        names = re.findall(r"{(\w+)}", sentence.english)
        written = sentence(**{name: UNTIL if name == "until" else f"{name} 7" for name in names})
        assert recognised(action, str(written)) == written


@pytest.mark.parametrize(
    "words",
    [
        "ended, see you tomorrow",
        "closed, until 18, as on Sundays",
        "closed, until 2026-03-01 10:00, then open",
        "ended: until we know more, ask Kim",
        "ended, Kim",
        "two\nlines, until noon",
    ],
)
def test_what_people_wrote_into_a_sentence_is_kept_whole(words: str) -> None:
    announced = ANNOUNCED(text=words, until=UNTIL, who="Kim")
    assert recognised("announcement", str(announced)) == announced
    muted = MUTED(subject="lib/front", until=UNTIL, who="Kim", why=words)
    assert recognised("maintenance", str(muted)) == muted


def test_what_people_wrote_is_not_taken_for_a_sentence() -> None:
    assert recognised("finding.acknowledge", "Kim: cancelled") is None
    assert recognised("site.apply", "library: new library with 3 spaces") is None
