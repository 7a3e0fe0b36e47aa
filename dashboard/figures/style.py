"""Style of every chart. Text, grid and lines take their colours from `assets/besok.css`, for light and dark alike."""

from typing import Any

import plotly.graph_objects as go

from besok.text.languages import language

# Readable on paper and on ink: each has at least 3:1 against both backgrounds.
NOW = "#3d74d8"
BEFORE = "#8b8272"
GOAL = "#c57a12"
LIMIT = "#d2473f"
BAND = "rgba(61,116,216,0.30)"

CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "showSendToCloud": False,  # plotly.js offers to upload the data to a company otherwise
    "responsive": True,
    "modeBarButtonsToRemove": [
        "select2d",
        "lasso2d",
        "autoScale2d",
        "zoomIn2d",
        "zoomOut2d",
        "toggleSpikelines",
    ],
}


def config() -> Any:
    """Return the configuration of every chart, in the reader's language."""
    return {**CONFIG, "locale": "en-GB" if language() == "en" else "sv"}


def chart(y_title: str) -> go.Figure:
    """Return an empty chart of the house."""
    figure = go.Figure()
    figure.update_layout(
        template="none",
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": "Inter, system-ui, sans-serif", "size": 14},
        margin={"l": 12, "r": 14, "t": 8, "b": 46},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": 13}},
        hovermode="x unified",
        hoverlabel={"bgcolor": "#182030", "bordercolor": "#182030", "font": {"color": "#ffffff"}},
        separators="., " if language() == "en" else ", ",
        barcornerradius=3,
        bargap=0.25,
        dragmode=False,
    )
    figure.update_xaxes(showgrid=False, zeroline=False, ticks="", fixedrange=True)
    figure.update_xaxes(ticklabelstandoff=7)  # or the first label runs into the zero of the other axis
    figure.update_yaxes(title={"text": y_title, "font": {"size": 13}, "standoff": 10}, automargin=True)
    figure.update_yaxes(rangemode="tozero", zeroline=False, nticks=6)
    figure.update_yaxes(fixedrange=True, separatethousands=True, tickformat=",.0f")
    return figure
