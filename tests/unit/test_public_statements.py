"""The public statements on privacy and accessibility, as they stand on their page."""

import pytest

from dashboard.public import TEMPLATES, statements


@pytest.mark.usefixtures("english")
def test_whom_to_ask_and_the_authority_are_links() -> None:
    parts = statements.accessibility("City <Culture>", "besok@example.org")
    page = TEMPLATES.get_template("prose.html").render(parts=parts, t={}, languages=())
    assert (
        'City &lt;Culture&gt; is responsible: <a href="mailto:besok@example.org">besok@example.org</a>.'
        in page
    )
    assert '<a href="https://www.digg.se/tdosanmalan" rel="noopener">' in page
