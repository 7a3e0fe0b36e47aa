"""A house and a mapping that the tests of mappings begin with."""

import re
from pathlib import Path
from typing import Any

from besok.model.site import PayloadMapping, Site
from besok.model.sitefile import parse
from tests.sitetext import site

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "mappings.md").read_text("utf-8")
HOUSE = site("house", ("Huset", "The house"), "closed") + "\n"
ACME = """\
[[sites.mappings]]
name = "acme"
topic = "counters/+"
device = "$.serial"
values = { in_total = "$.data.entered", out_total = "$.data.left" }
"""


def mapping(**fields: Any) -> PayloadMapping:
    return PayloadMapping(**{"name": "acme", "topic": "counters/+", "values": {"people": "$.n"}} | fields)


def examples() -> Site:
    """The site file that the examples of the page make together."""
    blocks = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    text = "\n".join(block for block in blocks if "[[sites.mappings]]" in block)
    return parse(HOUSE + re.sub(r"\[\[sites\.sensors\]\]\n(.+\n)*", "", text)).sites[0]
