"""The explanation of a score as bars: each starts where the one before it ended.

Widths are percentages of one common scale, ready for the attributes of an SVG. The figures are
hundredths of a bit as stored, shown as bits; they add up to the stored score by construction.
"""

from dataclasses import dataclass

from django.utils.formats import number_format


@dataclass(frozen=True)
class Bar:
    label: str
    sentence: str
    bits: float
    said: str  # "+3,2"
    x: str  # per cent of the scale, with a decimal point
    width: str
    tone: str  # plus, minus, nothing


@dataclass(frozen=True)
class Waterfall:
    bars: list[Bar]
    total: str
    zero: str
    total_x: str
    total_width: str
    total_tone: str


def waterfall(reasons, score):
    """`reasons`: (label, sentence, hundredths of a bit); `score`: their sum as stored."""
    running, low, high, steps = 0, 0, 0, []
    for label, sentence, hundredths in reasons:
        start, running = running, running + hundredths
        steps.append((label, sentence, hundredths, min(start, running), max(start, running)))
        low, high = min(low, running), max(high, running)
    scale = max(high - low, 1)

    def place(value):
        return f"{100 * (value - low) / scale:.2f}"

    def width(value):
        return f"{max(100 * value / scale, 0.6):.2f}"

    bars = [
        Bar(label, sentence, hundredths / 100, signed(hundredths), place(left),
            width(right - left), tone(hundredths))
        for label, sentence, hundredths, left, right in steps
    ]  # fmt: skip
    return Waterfall(
        bars=bars,
        total=signed(score),
        zero=place(0),
        total_x=place(min(0, score)),
        total_width=width(abs(score)),
        total_tone=tone(score),
    )


def signed(hundredths):
    number = number_format(abs(hundredths) / 100, decimal_pos=2)
    return f"{'−' if hundredths < 0 else '+' if hundredths > 0 else ''}{number}"


def tone(value):
    return "plus" if value > 0 else "minus" if value < 0 else "nothing"
