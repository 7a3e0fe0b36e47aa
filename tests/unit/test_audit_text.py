"""Words of the audit."""

import re
from typing import get_args

import pytest

from besok.model.access import Audited
from besok.model.audited import SENTENCES, recognised
from besok.text.audit_text import kinds


def test_every_kind_of_change_has_words() -> None:
    assert kinds().keys() == set(get_args(Audited))


@pytest.mark.parametrize("action", SENTENCES)
def test_what_was_written_is_recognised_with_its_values(action: Audited) -> None:
    for sentence in SENTENCES[action]:
        names = re.findall(r"{(\w+)}", sentence.english)
        written = sentence(**{name: f"{name} 7" for name in names})
        assert recognised(action, str(written)) == written


def test_what_people_wrote_is_not_taken_for_a_sentence() -> None:
    assert recognised("finding.acknowledge", "Kim: cancelled") is None
    assert recognised("site.apply", "library: new library with 3 spaces") is None
