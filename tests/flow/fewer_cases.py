"""Hooks of schemathesis, which leave out cases that one mechanism answers for all operations alike.

Each parameter and field is sent with one wrong type, and with every sixteenth of its others: over all of them each type
occurs. Each path is asked by one method that it does not have; which it has is answered in one place (`api/errors.py`).
All other kinds of cases are sent.
"""

from itertools import count

import schemathesis
from schemathesis import Case, HookContext
from schemathesis.generation.meta import CoverageScenario

EACH = 16  # of the wrong types that a parameter has been sent one of
seen: set[object] = set()
others = count()


@schemathesis.hook
def filter_case(_context: HookContext, case: Case) -> bool:
    """Tell whether a case is sent."""
    data = case.meta.phase.data if case.meta else None
    match getattr(data, "scenario", None):
        case CoverageScenario.UNSPECIFIED_HTTP_METHOD:
            return is_new(case.path)
        case CoverageScenario.INCORRECT_TYPE:
            field = case.operation.label, data.parameter_location, data.parameter, data.description
            return is_new(field) or next(others) % EACH == 0
    return True


def is_new(kind: object) -> bool:
    """Tell whether nothing of this kind has been seen, and note it."""
    known = kind in seen
    seen.add(kind)
    return not known
