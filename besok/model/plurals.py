"""Numbers with the word they count, in the English of commands and logs; what is translated has `besok.text`."""


def many(n: float, one: str, several: str = "") -> str:
    """`n` in whole numbers with its word: "1 day", "0 days", "1,200 days"; `several` where an s is not enough."""
    return f"{n:,.0f} {one if f'{n:.0f}' == '1' else several or one + 's'}"
