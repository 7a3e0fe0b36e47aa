"""The poster to hang up: a question, and a code that leads a phone to the answer, on an A4 page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from typing import Final

import segno
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from besok.files.pdf import BOLD, INK, PLAIN, register_fonts
from besok.model.site import Text
from besok.text.languages import _, language, named

CODE_MM: Final = 150  # of the page, 210 mm wide
CODE_AT_MM: Final = (30, 82)  # its corner, from the left and from the top
TITLE_MM, WIDTH_MM = 17, 180  # of the title: the letters at most, and the whole line
LETTER: Final = 0.62  # mean width of a bold letter, by its height


@dataclass(frozen=True, slots=True, kw_only=True)
class Poster:
    """The lines, the title first, each with its distance from the top and its height in mm; and the code.

    A dark stretch of the code is its column, its row and its length, in squares of `scale` mm.
    """

    lines: Sequence[tuple[str, float, float]]
    scale: float
    dark: Sequence[tuple[int, int, int]]

    @property
    def path(self) -> str:
        """Return the dark stretches as an SVG path of strokes one unit wide."""
        return "".join(f"M{x} {y}.5h{length}" for x, y, length in self.dark)


def make_poster(address: str, space: str, name: Text, *, seats: bool) -> Poster:
    """Return the poster of the site whose public page has this address, or of one of its spaces."""
    code = segno.make(f"{address}#space-{space}" if space else address, error="m", micro=False)
    title = _("Is there a free seat?") if seats else _("How busy is it?")
    return Poster(
        lines=(
            (title, 46, min(TITLE_MM, WIDTH_MM / (LETTER * len(title)))),
            (named(name), 64, 10),
            (_("Point the camera of your phone at the code."), 252, 9),
            (address.partition("://")[2], 266, 7),
        ),
        scale=CODE_MM / code.symbol_size(border=0)[0],
        dark=[(x, y, length) for y, row in enumerate(code.matrix) for x, length in _dark(row)],
    )


def _dark(row: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the column and the length of each dark stretch of a row."""
    x = 0
    for dark, squares in groupby(row, bool):
        length = len(list(squares))
        if dark:
            yield x, length
        x += length


def as_pdf(poster: Poster) -> bytes:
    """Return the poster as a PDF; the fonts have the letters of Western Europe."""
    register_fonts()
    file = BytesIO()
    canvas = Canvas(file, pagesize=A4, lang=language(), invariant=True)
    canvas.setTitle(poster.lines[0][0])
    canvas.setFillColor(INK)
    for (text, top, size), font in zip(poster.lines, (BOLD, PLAIN, PLAIN, PLAIN), strict=True):
        canvas.setFont(font, min(size * mm, WIDTH_MM * mm / stringWidth(text, font, 1)))
        canvas.drawCentredString(A4[0] / 2, A4[1] - top * mm, text)
    canvas.translate(CODE_AT_MM[0] * mm, A4[1] - CODE_AT_MM[1] * mm)
    canvas.scale(poster.scale * mm, -poster.scale * mm)
    for x, y, length in poster.dark:
        canvas.rect(x, y, length, 1, stroke=0, fill=1)
    canvas.save()
    return file.getvalue()
