"""Numbers with their word."""


def counted(number: int, word: str) -> str:
    """Such as "1 run" and "2,000 runs"; the plural of the word is made with s."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"
