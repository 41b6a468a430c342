"""Figures as people read them. Pure."""

_UNITS = ("B", "K", "M", "G", "T", "P")


def size(count: int) -> str:
    """`23.1M` for bytes, base 1024 as systemctl prints them."""
    value = float(count)
    for unit in _UNITS:
        if value < 1024 or unit == _UNITS[-1]:
            break
        value /= 1024
    return f"{value:.0f}{unit}" if unit == "B" or value >= 100 else f"{value:.1f}{unit}"


_SPANS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def span(seconds: float) -> str:
    """`2h 5m` for a time span: the two largest units; below ten seconds one decimal."""
    if seconds < 10:
        return f"{max(seconds, 0):.1f}s".replace(".0s", "s")
    left = int(seconds)
    parts = []
    for unit, length in _SPANS:
        if left >= length:
            parts.append(f"{left // length}{unit}")
            left %= length
    return " ".join(parts[:2])


def plural(count: int, word: str) -> str:
    """`1 agent`, `2 agents`."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
