"""The public statements on privacy and accessibility, and on an address that leads nowhere, as the request speaks."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from besok.text import formats
from besok.text.languages import _

REVIEWED = date(2026, 11, 28)  # of the accessibility statement, by the tests that it names


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a statement: a heading, sentences, whose addresses become links, and a list."""

    texts: tuple[str, ...]
    title: str = ""
    items: tuple[str, ...] = ()


def no_page() -> dict[str, Any]:
    """Return that an address leads nowhere."""
    text = _("The address may be misspelt, or the place was renamed.")
    return {"title": _("There is no such page"), "parts": (Part(texts=(text,)),), "site": ""}


def offline() -> dict[str, Any]:
    """Return that a page cannot be opened without a connection; `worker.js` keeps it for that."""
    text = _("This page has not been opened on this device before. Open it again once there is a connection.")
    return {"title": _("No connection"), "parts": (Part(texts=(text,)),)}


def no_address(address: str, site: str) -> dict[str, Any]:
    """Return what has to be set before a poster can be printed."""
    texts = (
        _("The code on the poster would lead to {address}, which only this computer can open."),
        _("Whoever runs Besök sets BESOK_PUBLIC_URL to the address that visitors use, and restarts it."),
    )
    part = Part(texts=tuple(text.format(address=address) for text in texts))
    return {"title": _("No poster yet"), "parts": (part,), "site": site}


def privacy(operator: str, contact: str) -> tuple[Part, ...]:
    """Return what is counted and kept, and what is not."""
    return (
        Part(
            texts=(
                _("Sensors count how many people pass a door or are in a room. Nobody is recognised."),
                _("No picture, sound, name, card number or address of a phone is received or kept."),
            )
        ),
        Part(
            title=_("What is shown here"),
            texts=(
                _("Figures on the public pages are rounded to fives and change every five minutes."),
                _("One to four people in a room are shown as few, so that nobody can be followed."),
                _(
                    "Rooms for fewer than five are left out. Nothing is said of people while closed, or at night."
                ),
            ),
        ),
        Part(
            title=_("This website"),
            texts=(
                _("The public pages set no cookie and send nothing about you to anybody else."),
                _("Your browser may keep the last page, so that you can open it without a connection."),
            ),
        ),
        Part(title=_("Questions"), texts=(responsible(operator, contact),)),
    )


def accessibility(operator: str, contact: str) -> tuple[Part, ...]:
    """Return the statement that Swedish law asks for (2018:1937), with the gaps that are known."""
    return (
        Part(
            texts=(
                _("{operator} wants everybody to be able to use this website.").format(
                    operator=operator or _("The operator of this service")
                ),
                _("The public pages follow WCAG 2.1 level AA and the law on accessibility (2018:1937)."),
            )
        ),
        Part(
            title=_("Known gaps"),
            texts=(_("These are known shortcomings:"),),
            items=(
                _("Names of rooms are in Swedish or English also where the page is in another language."),
                _("Charts of the staff pages have a table beside them, but no audio description."),
            ),
        ),
        Part(
            title=_("How it was tested"),
            texts=(
                _("With axe and by keyboard in Chromium, in each language, light and dark, on {day}.").format(
                    day=formats.day(REVIEWED)
                ),
                _("No test with people who use assistive technology has been made by the developers."),
            ),
        ),
        Part(
            title=_("If something does not work for you"),
            texts=(
                responsible(operator, contact),
                _("If you are not satisfied with the answer, you can report it to the authority Digg."),
                "www.digg.se/tdosanmalan",
            ),
        ),
    )


def responsible(operator: str, contact: str) -> str:
    """Return whom to ask."""
    if operator and contact:
        return _("{operator} is responsible: {contact}.").format(operator=operator, contact=contact)
    if operator or contact:
        return _("Responsible: {who}.").format(who=operator or contact)
    return ask_staff()


def ask_staff() -> str:
    """Return whom to ask where nobody is named."""
    return _("Ask the staff here.")
