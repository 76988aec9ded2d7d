"""The reliability curve as a picture: how far apart headlines were, against how far expected."""

from typing import NamedTuple

import numpy as np

from benchmarks.bandit.headline_pairs import Numbers, Pairs, Whole

BINS = 8
SIZE, LEFT, BOTTOM = 420.0, 70.0, 60.0
INK, OURS, EVEN = "#333333", "#1f6f8b", "#999999"


class Point(NamedTuple):
    """Pairs of about the same expected lead: its mean, what came, and the interval of that."""

    expected: float
    seen: float
    low: float
    high: float


class Scale(NamedTuple):
    """From `low` to `high` in the data, from `start` to `end` on the page."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def curve(asked: Pairs, gaps: Numbers, draws: Numbers) -> list[Point]:
    """Bins of as many pairs each, every pair turned so that the expected winner comes first."""
    turned = np.where(gaps < 0.0, -1.0, 1.0)
    expected, seen = gaps * turned, asked.seen * turned
    weight = 1.0 / (asked.noise + 0.1)
    ranks = np.argsort(np.argsort(expected, kind="stable"), kind="stable")
    bins = ranks * BINS // max(len(ranks), 1)
    chosen = [bins == at for at in range(BINS)]
    return [
        _point(expected[which], seen[which], weight[which], asked.test[which], draws)
        for which in chosen
        if which.any()
    ]


def _point(expected: Numbers, seen: Numbers, weight: Numbers, test: Whole, draws: Numbers) -> Point:
    times = draws[:, test] * weight
    drawn = (times @ seen) / np.maximum(times.sum(axis=1), 1e-9)
    low, high = np.quantile(drawn, [0.025, 0.975])
    middle = [float(weight @ each / weight.sum()) for each in (expected, seen)]
    return Point(middle[0], middle[1], float(low), float(high))


def drawing(asked: Pairs, gaps: Numbers, draws: Numbers) -> str:
    """An SVG of its own, without scripts or fonts."""
    points = curve(asked, gaps, draws)
    most = max([0.05, *(max(point.expected, point.high) for point in points)]) * 1.05
    least = min([0.0, *(point.low for point in points)]) * 1.05
    to_x = Scale(0.0, most, LEFT, LEFT + SIZE)
    to_y = Scale(least, most, SIZE + 20.0, 20.0)
    width, height = LEFT + SIZE + 20.0, SIZE + 20.0 + BOTTOM
    marks = "\n".join(_mark(point, to_x, to_y) for point in points)
    ticks = "\n".join(_ticks(least, most, to_x, to_y))
    middle = LEFT + SIZE / 2.0
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" \
font-family="sans-serif" font-size="13" fill="{INK}" role="img">
<title>Reliability of the text prior on later headline tests</title>
<rect width="100%" height="100%" fill="white"/>
{ticks}
<line x1="{to_x(0):.1f}" y1="{to_y(0):.1f}" x2="{to_x(most):.1f}" y2="{to_y(most):.1f}" \
stroke="{EVEN}" stroke-dasharray="5 4"/>
{marks}
<text x="{middle:.0f}" y="{height - 12:.0f}" text-anchor="middle">expected log lift of one \
headline over another</text>
<text transform="translate(18 {SIZE / 2 + 20:.0f}) rotate(-90)" text-anchor="middle">seen on \
later tests, 95 % interval</text>
</svg>
"""


def _mark(point: Point, to_x: Scale, to_y: Scale) -> str:
    x = to_x(point.expected)
    return (
        f'<line x1="{x:.1f}" y1="{to_y(point.low):.1f}" x2="{x:.1f}" y2="{to_y(point.high):.1f}" '
        f'stroke="{OURS}" stroke-width="1.5"/>'
        f'<circle cx="{x:.1f}" cy="{to_y(point.seen):.1f}" r="4.5" fill="{OURS}"/>'
    )


def _ticks(least: float, most: float, to_x: Scale, to_y: Scale) -> list[str]:
    step = 0.05 if most < 0.4 else 0.1
    up = [value * step for value in range(int(least / step), int(most / step) + 1)]
    left, right = to_x(0.0), to_x(most)
    lines = [
        f'<line x1="{left:.1f}" y1="{to_y(at):.1f}" x2="{right:.1f}" y2="{to_y(at):.1f}" '
        f'stroke="#e6e6e6"/><text x="{left - 8:.1f}" y="{to_y(at) + 4:.1f}" text-anchor="end">'
        f"{at:.2f}</text>"
        for at in up
    ]
    across = [
        f'<text x="{to_x(at):.1f}" y="{to_y(least) + 18:.1f}" text-anchor="middle">{at:.2f}</text>'
        for at in up
        if at >= 0.0
    ]
    return lines + across
