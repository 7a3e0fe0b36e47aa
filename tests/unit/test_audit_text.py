"""Words of the audit."""

from typing import get_args

from besok.model.access import Audited
from besok.text.audit_text import kinds


def test_every_kind_of_change_has_words() -> None:
    assert kinds().keys() == set(get_args(Audited))
