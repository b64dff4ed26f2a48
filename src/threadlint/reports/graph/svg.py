"""SVG, drawn here: needs no other program, follows light and dark, and tells all places when pointed at."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from textwrap import wrap
from unicodedata import east_asian_width
from xml.sax.saxutils import escape

from ...analyses.deadlocks.lock_graph import Nested
from .layout import Layout, Point, Size, laid_out
from .picture import Picture

ROOM = 1180.0
"""Parts that nothing connects stand beside each other up to this width."""
NARROWEST = 900.0
MARGIN = 28.0
HEIGHT = 48.0
WIDE = 7.9
"""Of a letter in a node."""
LETTER = 7.25
"""Of a letter in the lists."""
SMALL = 6.1
"""Of a letter in the second line of a node."""
LINE = 18.0
LONGEST = 44
"""Letters of a name in a node."""
LOOP = 30.0
HUES = ("#0969da", "#8250df", "#1a7f37", "#bf8700", "#bc4c00", "#bf3989", "#1b7c83", "#6e7781")
"""One for each module, as far as they last."""

Row = tuple[str, list[str]]
"""Of a list: what stands at the left, and what at the right."""

STYLE = """
.back { fill: #ffffff }
text { font: 12px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1f2328 }
.title, .head, .kind { font-family: system-ui, "Segoe UI", Helvetica, Arial, "DejaVu Sans", sans-serif }
.title { font-size: 16px; font-weight: 600 }
.head { font-size: 13px; font-weight: 600 }
.name { font-size: 13px; font-weight: 600; text-anchor: middle }
.kind { font-size: 11px; text-anchor: middle; fill: #59636e }
.dim { fill: #59636e }
.box { fill: #f6f8fa; stroke: #818b98; stroke-width: 1 }
.way { fill: none; stroke: #59636e; stroke-width: 1.4 }
.tip { fill: #59636e }
.badge { fill: #ffffff; stroke: #818b98; stroke-width: 1 }
.number { font-size: 10.5px; text-anchor: middle }
.rule { stroke: #d1d9e0; stroke-width: 1 }
.box.hot { stroke: #d1242f; stroke-width: 2 }
.way.hot { stroke: #d1242f; stroke-width: 2.4 }
.way.unsure { stroke-dasharray: 6 4 }
.tip.hot { fill: #d1242f }
.badge.hot { fill: #d1242f; stroke: #d1242f }
.number.hot { fill: #ffffff; font-weight: 600 }
.red { fill: #d1242f }
@media (prefers-color-scheme: dark) {
  .back { fill: #0d1117 }
  text { fill: #e6edf3 }
  .kind, .dim { fill: #9198a1 }
  .box { fill: #161b22; stroke: #6e7681 }
  .way { stroke: #9198a1 }
  .tip { fill: #9198a1 }
  .badge { fill: #0d1117; stroke: #6e7681 }
  .rule { stroke: #30363d }
  .box.hot, .way.hot { stroke: #f85149 }
  .tip.hot, .red { fill: #f85149 }
  .badge.hot { fill: #da3633; stroke: #da3633 }
}
"""


def render(drawn: Picture) -> str:
    """The drawing, and below it the lists that its numbers point to."""
    return _Sheet(drawn).written()


class _Sheet:
    def __init__(self, drawn: Picture) -> None:
        self._drawn = drawn
        self._hue = {module: HUES[index % len(HUES)] for index, module in enumerate(drawn.modules)}
        sizes = {number: Size(self._width(number), HEIGHT) for number in drawn.locks}
        self._arrows = [(order.held, order.wanted) for order in drawn.orders]
        for node in {held for held, wanted in self._arrows if held == wanted}:
            sizes[node] = Size(sizes[node].width + 2 * LOOP, HEIGHT)
        self._hot = {lock for order in drawn.orders if order.cycles for lock in (order.held, order.wanted)}
        self._layout: Layout = laid_out(sizes, self._arrows, ROOM, self._hot)
        self._wide = max(self._layout.width, NARROWEST) + 2 * MARGIN
        self._shift: Point = (MARGIN + max(0.0, (NARROWEST - self._layout.width) / 2), MARGIN + 52)
        self._badges: list[Point] = []
        self._out: list[str] = []

    def _width(self, number: int) -> float:
        lock = self._drawn.graph.locks[number]
        name, below = _shortened(self._drawn.names[number]), _below(lock.module, lock.kind)
        return max(letters(name) * WIDE, letters(below) * SMALL, 90.0) + 34

    def written(self) -> str:
        """All of it, as a document."""
        self._put(MARGIN, MARGIN + 14, "Locks and the order between them", "title")
        self._put(MARGIN, MARGIN + 34, self._drawn.title, "dim")
        for index, order in enumerate(self._drawn.orders):
            self._arrow(index, order)
        for number in self._drawn.locks:
            self._node(number)
        for index, order in enumerate(self._drawn.orders):
            self._badge(index, order)
        end = self._shift[1] + self._layout.height + 34
        if not self._drawn.locks:
            end = self._shift[1] + 10
        end = self._lists(end)
        size = f'width="{self._wide:.0f}" height="{end:.0f}" viewBox="0 0 {self._wide:.0f} {end:.0f}"'
        return "".join(
            f"{line}\n"
            for line in (
                f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
                f"<title>{escape(self._drawn.title)}</title>",
                f"<style>{STYLE}</style>",
                '<rect class="back" width="100%" height="100%"/>',
                *self._out,
                "</svg>",
            )
        )

    def _put(self, x: float, y: float, text: str, kind: str = "") -> None:
        named = f' class="{kind}"' if kind else ""
        x += (len(text) - len(text.lstrip())) * LETTER
        self._out.append(f'<text x="{x:.1f}" y="{y:.1f}"{named}>{escape(text.strip())}</text>')

    # --- the drawing --------------------------------------------------------------------------------------------

    def _at(self, point: Point) -> Point:
        return point[0] + self._shift[0], point[1] + self._shift[1]

    def _node(self, number: int) -> None:
        lock = self._drawn.graph.locks[number]
        x, y = self._at(self._layout.nodes[number])
        width = self._width(number)
        left, top = x - width / 2, y - HEIGHT / 2
        made = f"\nmade at {self._drawn.where(lock.made)}" if lock.made is not None else ""
        self._out.append(f"<g><title>{escape(lock.full + made)}</title>")
        box = f'x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{HEIGHT:.0f}" rx="7"'
        self._out.append(f'<rect class="box{" hot" * (number in self._hot)}" {box}/>')
        bar = f'x="{left + 7:.1f}" y="{top + 9:.1f}" width="4" height="{HEIGHT - 18:.0f}" rx="2"'
        self._out.append(f'<rect fill="{self._hue[lock.module]}" {bar}/>')
        self._put(x + 4, y - 3, _shortened(self._drawn.names[number]), "name")
        self._put(x + 4, y + 14, _below(lock.module, lock.kind), "kind")
        self._out.append("</g>")

    def _arrow(self, index: int, order: Nested) -> None:
        hot = " hot" * bool(order.cycles)
        unsure = " unsure" * (bool(order.cycles) and not self._drawn.sure(order))
        points = self._path(index)
        start = f"M {points[0][0]:.1f} {points[0][1]:.1f}"
        steps = [points[step : step + 3] for step in range(1, len(points), 3)]
        curves = " ".join("C " + ", ".join(f"{x:.1f} {y:.1f}" for x, y in step) for step in steps)
        told = "\n".join((self._drawn.between(order), *self._drawn.ways(order)))
        self._out.append(f"<g><title>{escape(told)}</title>")
        self._out.append(f'<path class="way{hot}{unsure}" d="{start} {curves}"/>')
        (x, y), (before_x, before_y) = points[-1], points[-2]
        self._out.append(f'<path class="tip{hot}" d="{_tip(x, y, x - before_x, y - before_y)}"/></g>')

    def _path(self, index: int) -> list[Point]:
        """An arrow as points of cubic curves: the first, and then three for each curve."""
        tail, head = self._arrows[index]
        if tail == head:
            x, y = self._at(self._layout.nodes[tail])
            side = x + self._width(tail) / 2
            return [(side, y - 11), (side + LOOP + 8, y - 22), (side + LOOP + 8, y + 22), (side + 1, y + 11)]
        passed = [self._at(point) for point in self._layout.arrows[index]]
        down = passed[0][1] < passed[-1][1]
        step = HEIGHT / 2 if down else -HEIGHT / 2
        first = (passed[0][0] + self._ports[index, True], passed[0][1] + step)
        last = (passed[-1][0] + self._ports[index, False], passed[-1][1] - step)
        points: list[Point] = [first]
        for x, y in passed[1:-1]:  # straight between the nodes of a layer
            points += [*_curve(points[-1], (x, y - step)), (x, y - step / 3), (x, y + step / 3), (x, y + step)]
        return [*points, *_curve(points[-1], last)]

    @cached_property
    def _ports(self) -> dict[tuple[int, bool], float]:
        """How far from the middle of its node an arrow leaves (True) or arrives: side by side, in the order of where
        they come from or go."""
        sides: dict[tuple[int, bool], list[tuple[float, int, bool]]] = defaultdict(list)
        for index, (tail, head) in enumerate(self._arrows):
            if tail != head:
                passed = self._layout.arrows[index]
                down = passed[0][1] < passed[-1][1]
                sides[tail, down].append((passed[1][0], index, True))
                sides[head, not down].append((passed[-2][0], index, False))
        found: dict[tuple[int, bool], float] = {}
        for (node, _), ends in sides.items():
            space = min(36.0, self._width(node) * 0.7 / len(ends))
            for rank, (_, index, leaves) in enumerate(sorted(ends)):
                found[index, leaves] = (rank - (len(ends) - 1) / 2) * space
        return found

    def _badge(self, index: int, order: Nested) -> None:
        x, y = self._free(self._path(index))
        self._badges.append((x, y))
        hot = " hot" * bool(order.cycles)
        number = str(index + 1)
        width = 11 + 7 * len(number)
        box = f'x="{x - width / 2:.1f}" y="{y - 9:.1f}" width="{width}" height="18" rx="9"'
        self._out.append(f'<rect class="badge{hot}" {box}/>')
        self._put(x, y + 4, number, f"number{hot}")

    def _free(self, points: list[Point]) -> Point:
        """A place on an arrow, near its middle, where no number stands yet."""
        curves = (len(points) - 1) // 3
        for share in (0.5, 0.38, 0.62, 0.28, 0.72, 0.2, 0.8):
            curve, inside = divmod(share * curves, 1)
            step = int(curve) * 3
            place = _on(points[step : step + 4], inside)
            if all(abs(place[0] - x) > 24 or abs(place[1] - y) > 19 for x, y in self._badges):
                return place
        return _on(points[:4], 0.5)

    # --- the lists ----------------------------------------------------------------------------------------------

    def _lists(self, y: float) -> float:
        """What the numbers mean, who takes the locks, and what is not drawn; the answer is where all this ends."""
        drawn = self._drawn
        if drawn.graph.cycles:
            rows: list[Row] = [(drawn.cycle(number), []) for number in range(len(drawn.graph.cycles))]
            y = self._section(y, "Cycles that threads can close", rows, "red")
        if drawn.orders:
            rows = [
                (f"{index:>2}  {drawn.between(order)}", ["; ".join(drawn.ways(order)), _by(drawn.by(order))])
                for index, order in enumerate(drawn.orders, 1)
            ]
            closing = [bool(order.cycles) for order in drawn.orders]
            y = self._section(y, "Orders: the second lock is taken while the first is held", rows, marked=closing)
        if drawn.threads:
            rows = [(drawn.thread(line), [drawn.start(line), drawn.takes(line)]) for line in drawn.threads]
            y = self._section(y, "Threads", rows)
        if drawn.alone:
            names = ", ".join(drawn.names[number] for number in drawn.alone)
            y = self._section(y, _headline(drawn.folded[0]), [(names, [])], "dim")
        rest = drawn.folded[1:] if drawn.alone else drawn.folded
        for line in rest:
            self._put(MARGIN, y + 14, line, "dim")
            y += LINE
        return y + MARGIN

    def _section(
        self, y: float, head: str, rows: list[Row], kind: str = "", marked: Sequence[bool] = ()
    ) -> float:
        """Rows of a left and perhaps a right column; marked ones stand out."""
        right = self._wide - MARGIN
        self._out.append(f'<line class="rule" x1="{MARGIN:.0f}" x2="{right:.0f}" y1="{y:.1f}" y2="{y:.1f}"/>')
        self._put(MARGIN, y + 24, head, "head")
        y += 30
        inner = self._wide - 2 * MARGIN
        paired = any(beside for _, beside in rows)
        longest = max(letters(left) for left, _ in rows)
        column = min((longest + 3) * LETTER, inner * 0.45) if paired else inner
        for index, (left, beside) in enumerate(rows):
            hot = " red" * (marked[index] if marked else False)
            first = _wrapped(left, column - 2 * LETTER)
            second = [part for line in _joined(beside, inner - column) for part in _wrapped(line, inner - column)]
            for line in range(max(len(first), len(second))):
                y += LINE
                if line < len(first):
                    self._put(MARGIN, y - 4, first[line], (kind + hot).strip())
                if line < len(second):
                    self._put(MARGIN + column, y - 4, second[line], "dim")
            y += 3
        return y + 16


def letters(text: str) -> int:
    """How many letters wide a text is where all letters are equally wide."""
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def _shortened(name: str) -> str:
    """A name with its middle left out if it is too long."""
    if len(name) <= LONGEST:
        return name
    return f"{name[: LONGEST // 2 - 1]}…{name[-(LONGEST // 2) :]}"


def _below(module: str, kind: str) -> str:
    return f"{kind} · {_shortened(module)}"


def _by(who: str) -> str:
    return f"by {who}" if who else ""


def _joined(lines: list[str], width: float) -> list[str]:
    """Two lines as one where there is room for it."""
    lines = [line for line in lines if line]
    together = " · ".join(lines)
    return [together] if len(lines) <= 2 and letters(together) * LETTER <= width else lines


def _wrapped(line: str, width: float) -> list[str]:
    """A line in as many as it takes; what follows the first is set in a little further."""
    inset = " " * (len(line) - len(line.lstrip()))
    return wrap(line.strip(), max(int(width / LETTER), 20), initial_indent=inset, subsequent_indent=f"{inset}    ")


def _headline(folded: str) -> str:
    """`3 locks taken alone` from `and 3 locks taken alone`."""
    return folded.removeprefix("and ")


def _tip(x: float, y: float, dx: float, dy: float) -> str:
    """The head of an arrow that arrives at a point in some direction."""
    size = (dx * dx + dy * dy) ** 0.5 or 1.0
    ux, uy = dx / size, dy / size
    back, half = 10.0, 4.6
    return (
        f"M {x:.1f} {y:.1f} L {x - ux * back - uy * half:.1f} {y - uy * back + ux * half:.1f} "
        f"L {x - ux * back + uy * half:.1f} {y - uy * back - ux * half:.1f} Z"
    )


def _curve(one: Point, other: Point) -> list[Point]:
    """From one point to another, leaving and arriving upright."""
    middle = (one[1] + other[1]) / 2
    return [(one[0], middle), (other[0], middle), other]


def _on(curve: list[Point], share: float) -> Point:
    """A point of a cubic curve."""
    rest = 1 - share
    weights = (rest**3, 3 * rest * rest * share, 3 * rest * share * share, share**3)
    return (
        sum(weight * point[0] for weight, point in zip(weights, curve, strict=True)),
        sum(weight * point[1] for weight, point in zip(weights, curve, strict=True)),
    )
