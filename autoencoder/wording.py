"""Numbers in words: counts with their noun, and shares in percent."""


def counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def percent(share: float) -> str:
    """A share in percent, to a tenth; what is nearly nothing, or nearly all, does not read as if it were."""
    for digits in (1, 2):
        text = f"{share:.{digits}%}"
        if 0 < float(text[:-1]) < 100 or share in (0, 1):
            return text
    return "above 99.99%" if share > 0.5 else "below 0.01%"
