"""Settings of the documentation site. `make docs` builds it from a copy of the pages in build/docs."""

project = "Besök"
project_copyright = "the Besök authors, Apache-2.0"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
html_theme = "furo"
html_title = "Besök"
html_static_path: list[str] = []
html_show_sphinx = False
myst_heading_anchors = 3  # links to headings are checked
myst_links_external_new_tab = True
highlight_language = "none"
suppress_warnings = ["misc.highlighting_failure"]  # a payload with ... in it is no JSON
