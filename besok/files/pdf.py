"""A paper of one page as PDF: figures, sentences and a curve under a headline, with its sources at the foot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

import reportlab
from reportlab.graphics.shapes import Drawing, Line, Polygon, PolyLine, String
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepInFrame, Paragraph, Spacer, Table

PLAIN, BOLD = "Vera", "VeraBd"  # shipped with reportlab, embedded into the file
INK, QUIET, ACCENT, GOAL, BAND = (
    HexColor(code) for code in ("#1b2430", "#56606f", "#2457a6", "#9a5b00", "#c9d8f0")
)
MARGIN = 18 * mm
WIDTH = A4[0] - 2 * MARGIN
HEIGHT = A4[1] - 2 * MARGIN
FOOT = 16 * mm
CURVE, AXIS = 62 * mm, 6 * mm  # heights of a curve and of the years below it
LABELS, LABEL = 38 * mm, 9  # width right of a curve for names of lines; spacing

TITLE = ParagraphStyle("title", fontName=BOLD, fontSize=18, leading=22, textColor=INK)
SUBTITLE = ParagraphStyle("subtitle", fontName=PLAIN, fontSize=9.5, leading=13, textColor=QUIET)
HEADING = ParagraphStyle("heading", fontName=BOLD, fontSize=11, leading=14, spaceBefore=8, textColor=INK)
TEXT = ParagraphStyle("text", fontName=PLAIN, fontSize=9.5, leading=13, textColor=INK)
FIGURE = ParagraphStyle("figure", fontName=BOLD, fontSize=17, leading=21, textColor=ACCENT)
SMALL = ParagraphStyle("small", fontName=PLAIN, fontSize=8, leading=10.5, textColor=QUIET)


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Lines over days: counted, expected within a band (day, mean, low, high), and the target; with names."""

    counted: Sequence[tuple[date, float | None]]
    expected: Sequence[tuple[date, float, float, float]]
    target: Sequence[tuple[date, float]]
    names: tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A page: title and subtitle, figures with labels, lead, curve, sections of sentences, and sources."""

    title: str
    subtitle: str
    figures: Sequence[tuple[str, str]]
    lead: Sequence[str]
    curve: Curve | None
    sections: Sequence[tuple[str, Sequence[str]]]
    sources: str
    language: str
    page: str = ""  # the address of what is behind it


def register_fonts() -> None:
    """Make the fonts known to reportlab, if they are not."""
    for name in (PLAIN, BOLD):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, Path(reportlab.__file__).parent / "fonts" / f"{name}.ttf"))


def render(paper: Paper) -> bytes:
    """Return the paper as a PDF of one page, which is numbered; set smaller if too long."""
    register_fonts()
    file = BytesIO()
    canvas = Canvas(file, pagesize=A4, lang=paper.language, invariant=True)
    canvas.setTitle(paper.title)
    body = KeepInFrame(WIDTH, HEIGHT - FOOT, list(_parts(paper)), mode="shrink", vAlign="TOP")
    _, tall = body.wrapOn(canvas, WIDTH, HEIGHT - FOOT)
    body.drawOn(canvas, MARGIN, A4[1] - MARGIN - tall)
    foot = KeepInFrame(
        WIDTH, FOOT, [_paragraph(f"{paper.sources} Besök, {paper.page}", SMALL)], mode="shrink"
    )
    foot.wrapOn(canvas, WIDTH, FOOT)
    foot.drawOn(canvas, MARGIN, MARGIN)
    canvas.setFont(PLAIN, SMALL.fontSize)
    canvas.setFillColor(QUIET)
    canvas.drawRightString(A4[0] - MARGIN, A4[1] - MARGIN / 2, "1 (1)")
    canvas.save()
    return file.getvalue()


def _paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(text), style)


def _parts(paper: Paper) -> Sequence[Flowable]:
    cells = [[_paragraph(value, FIGURE), _paragraph(about, SMALL)] for value, about in paper.figures]
    parts: list[Flowable] = [
        _paragraph(paper.title, TITLE),
        _paragraph(paper.subtitle, SUBTITLE),
        Spacer(0, 4 * mm),
        Table(
            [cells], colWidths=[WIDTH / len(cells)] * len(cells), style=[("VALIGN", (0, 0), (-1, -1), "TOP")]
        ),
        Spacer(0, 2 * mm),
        *(_paragraph(line, TEXT) for line in paper.lead),
    ]
    if paper.curve:
        parts += [Spacer(0, 4 * mm), _drawing(paper.curve)]
    for heading, lines in paper.sections:
        parts += [_paragraph(heading, HEADING), *(_paragraph(line, TEXT) for line in lines)]
    return parts


def _drawing(curve: Curve) -> Drawing:
    """Return the curve over its years, from zero, each line with its name at its end."""
    days = [*(p[0] for p in curve.counted), *(p[0] for p in curve.expected), *(p[0] for p in curve.target)]
    tops = [
        *(v for _, v in curve.counted if v),
        *(p[3] for p in curve.expected),
        *(v for _, v in curve.target),
    ]
    first, last, top = min(days), max(days), max(tops, default=1.0) * 1.05
    width = WIDTH - LABELS

    def at(day: date, value: float) -> tuple[float, float]:
        return width * (day - first).days / max((last - first).days, 1), AXIS + CURVE * value / top

    def line(points: Sequence[tuple[date, float]], colour: Color, dashes: Sequence[float] = (1, 0)) -> None:
        if len(points) > 1:
            flat = [xy for day, value in points for xy in at(day, value)]
            drawing.add(PolyLine(flat, strokeColor=colour, strokeWidth=1.6, strokeDashArray=dashes))

    drawing = Drawing(WIDTH, CURVE + AXIS)
    if curve.expected:
        edge = [(day, low) for day, _, low, _ in curve.expected]
        edge += [(day, high) for day, _, _, high in reversed(curve.expected)]
        drawing.add(Polygon([xy for p in edge for xy in at(*p)], fillColor=BAND, strokeColor=None))
    counted = [(day, value) for day, value in curve.counted if value is not None]
    expected = [(day, mean) for day, mean, _, _ in curve.expected]
    line(curve.target, GOAL, [4, 3])
    line(expected, ACCENT, [1, 2])
    line(counted, INK)
    drawing.add(Line(0, AXIS, width, AXIS, strokeColor=QUIET, strokeWidth=0.6))
    for year in range(first.year + 1, last.year + 1):
        x, _ = at(date(year, 1, 1), 0)
        drawing.add(String(x, 0, str(year), fontName=PLAIN, fontSize=7, fillColor=QUIET, textAnchor="middle"))
        drawing.add(Line(x, AXIS, x, AXIS - 2, strokeColor=QUIET, strokeWidth=0.6))
    lines = zip((counted, expected, curve.target), curve.names, (INK, ACCENT, GOAL), strict=True)
    ends = sorted(
        ((points[-1][1], name, colour) for points, name, colour in lines if points), key=lambda end: end[0]
    )
    y = 0.0
    for value, name, colour in ends:
        y = max(at(last, value)[1] - 2, y + LABEL)
        drawing.add(String(width + 4, y, name, fontName=PLAIN, fontSize=7.5, fillColor=colour))
    return drawing
