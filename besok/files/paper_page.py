"""A paper as a web page or a mail: the words of its PDF, without script or anything from elsewhere."""

from html import escape

from besok.files.pdf import Paper

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:0 auto;padding:1rem;color:#1b2430;background:#fff}"
    "h1{font-size:1.6rem;line-height:1.25;margin:0}h2{font-size:1.1rem;margin:1.4rem 0 .3rem}.quiet{color:#56606f}"
    "td{vertical-align:top;padding:.4rem 1.4rem .4rem 0}b{display:block;font-size:1.5rem;color:#2457a6}"
)


def page(paper: Paper) -> str:
    """Return the paper as HTML."""
    cells = "".join(f"<td><b>{escape(value)}</b> {escape(about)}</td>" for value, about in paper.figures)
    lead = "".join(f"<p>{escape(line)}</p>" for line in paper.lead)
    parts = "".join(
        f"<h2>{escape(heading)}</h2><ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"
        for heading, lines in paper.sections
    )
    page = escape(paper.page)
    page = f'<a href="{page}">{page}</a>' if "://" in page else page
    return (
        f'<!DOCTYPE html><html lang="{paper.language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(paper.title)}</title>'
        f"<style>{STYLE}</style></head><body><main><h1>{escape(paper.title)}</h1>"
        f'<p class="quiet">{escape(paper.subtitle)}</p><table role="presentation"><tr>{cells}</tr></table>{lead}{parts}'
        f'<p class="quiet">{escape(paper.sources)} Besök, {page}</p></main></body></html>'
    )
