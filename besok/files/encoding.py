"""The text of a file that somebody saved: UTF-8, UTF-16, or what Windows writes."""

WIDE = (b"\xff\xfe", b"\xfe\xff")  # with these begins UTF-16


def decoded(content: bytes) -> str | None:
    """The text; None if it is none."""
    for encoding in ("utf-16",) if content[:2] in WIDE else ("utf-8-sig", "cp1252", "latin-1"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    return None
