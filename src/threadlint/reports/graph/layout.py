"""Where nodes and arrows stand: layers from the top, arrows down.

In the manner of Sugiyama, Tagawa and Toda: arrows that would close a circle are turned round for a while, each node
stands one layer below the lowest of those that lead to it, long arrows pass through a place of their own in each layer
between, layers are ordered by the middle of their neighbours until no fewer arrows cross, and then everything is pulled
towards its neighbours as far as its width allows. What a layer has no room for stands in the next one, if nothing hangs
on it. Parts that nothing connects are laid out apart and put side by side.
"""
from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import NamedTuple

LAYER = 108.0
"""From the middle of a layer to that of the next."""
GAP = 34.0
"""Between two nodes of a layer."""
LANE = 14.0
"""How wide an arrow is that passes through a layer."""
BESIDE = 14.0
"""Between such an arrow and what is next to it."""
APART = 48.0
"""Between two parts that nothing connects."""
SWEEPS = 12
PULLS = 30

Point = tuple[float, float]


class Size(NamedTuple):
    """Of a node."""

    width: float
    height: float


class Layout(NamedTuple):
    """The middles of the nodes, the points that each arrow passes (from middle to middle, in the order of the arrow),
    and how much room all take."""

    nodes: dict[int, Point]
    arrows: list[list[Point]]
    width: float
    height: float


def laid_out(
    sizes: dict[int, Size], arrows: Sequence[tuple[int, int]], room: float, first: Collection[int] = ()
) -> Layout:
    """Places for all nodes and arrows, from (0, 0) on, as far as possible within a width of `room`. Parts that hold
    some of the nodes `first` come before others."""
    nodes: dict[int, Point] = {}
    bends: list[list[Point]] = [[] for _ in arrows]
    left = top = deep = wide = 0.0
    for part in sorted(_parts(sizes, arrows), key=lambda part: not any(node in first for node in part)):
        inside = [index for index, (tail, _) in enumerate(arrows) if tail in part]
        placed = _Part({node: sizes[node] for node in part}, [arrows[index] for index in inside], room).placed()
        if left and left + placed.width > room:
            left, top, deep = 0.0, top + deep + APART, 0.0
        for node, (x, y) in placed.nodes.items():
            nodes[node] = (x + left, y + top)
        for index, points in zip(inside, placed.arrows, strict=True):
            bends[index] = [(x + left, y + top) for x, y in points]
        wide = max(wide, left + placed.width)
        deep = max(deep, placed.height)
        left += placed.width + APART
    return Layout(nodes, bends, wide, top + deep)


def _parts(sizes: dict[int, Size], arrows: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Nodes that arrows connect, the largest part first."""
    beside: dict[int, list[int]] = {node: [] for node in sizes}
    for tail, head in arrows:
        beside[tail].append(head)
        beside[head].append(tail)
    parts: list[list[int]] = []
    seen: set[int] = set()
    for node in sizes:
        if node in seen:
            continue
        part = [node]
        seen.add(node)
        for each in part:
            for other in beside[each]:
                if other not in seen:
                    seen.add(other)
                    part.append(other)
        parts.append(sorted(part))
    return sorted(parts, key=lambda part: (-len(part), part))


class _Part:
    """Nodes that hang together. Places of arrows in the layers that they pass are nodes too, with numbers below 0."""

    def __init__(self, sizes: dict[int, Size], arrows: list[tuple[int, int]], room: float) -> None:
        self._sizes = sizes
        self._width = {node: size.width for node, size in sizes.items()}
        turned = _turned(list(sizes), arrows)
        down = [(head, tail) if index in turned else (tail, head) for index, (tail, head) in enumerate(arrows)]
        down_only = [each for each in down if each[0] != each[1]]
        self._layer = _broken(_layers(list(sizes), down_only), {tail for tail, _ in down_only}, self._width, room)
        self._above: dict[int, list[int]] = {node: [] for node in sizes}
        self._below: dict[int, list[int]] = {node: [] for node in sizes}
        self._chains: list[list[int]] = []
        for index, (tail, head) in enumerate(down):
            chain = self._chain(tail, head)
            self._chains.append(chain[::-1] if index in turned else chain)
        self._rows = self._first_rows()

    def _chain(self, tail: int, head: int) -> list[int]:
        """An arrow down as a row of nodes, one in each layer."""
        chain = [tail]
        for layer in range(self._layer[tail] + 1, self._layer[head]):
            lane = -len(self._layer) - 1
            self._layer[lane] = layer
            self._width[lane] = LANE
            self._above[lane], self._below[lane] = [], []
            chain.append(lane)
        chain.append(head)
        for upper, lower in pairwise(chain):
            if upper != lower:
                self._below[upper].append(lower)
                self._above[lower].append(upper)
        return chain

    def _first_rows(self) -> list[list[int]]:
        """Each layer in some order: arrows pass beside a node that is as far in its layer as what they lead to."""
        rows: list[list[int]] = [[] for _ in range(max(self._layer.values()) + 1)]
        for node in sorted(self._sizes):
            rows[self._layer[node]].append(node)
        share = {node: (index + 0.5) / len(row) for row in rows for index, node in enumerate(row)}
        side = dict.fromkeys(share, 0)
        for chain in self._chains:
            low = max(chain[0], chain[-1], key=self._layer.__getitem__)
            for lane in chain[1:-1]:
                share[lane] = share[low]
                side[lane] = 1 if share[low] < 0.5 else -1
                rows[self._layer[lane]].append(lane)
        return [sorted(row, key=lambda node: (share[node], side[node], abs(node))) for row in rows]

    def placed(self) -> Layout:
        """Places for this part alone."""
        self._order()
        x = self._pulled()
        left = min(x[node] - self._width[node] / 2 for node in x)
        right = max(x[node] + self._width[node] / 2 for node in x)
        height = max(size.height for size in self._sizes.values())
        points = {node: (x[node] - left, height / 2 + self._layer[node] * LAYER) for node in x}
        return Layout(
            {node: points[node] for node in self._sizes},
            [[points[node] for node in chain] for chain in self._chains],
            right - left,
            height + (len(self._rows) - 1) * LAYER,
        )

    # --- order within layers ------------------------------------------------------------------------------------

    def _order(self) -> None:
        """Fewest crossings that sweeping down and up finds."""
        best = [list(row) for row in self._rows]
        fewest = self._crossings()
        for sweep in range(SWEEPS):
            down = sweep % 2 == 0
            layers = range(1, len(self._rows)) if down else range(len(self._rows) - 2, -1, -1)
            for layer in layers:
                beside = self._above if down else self._below
                fixed = {node: index for index, node in enumerate(self._rows[layer - 1 if down else layer + 1])}
                now = {node: float(index) for index, node in enumerate(self._rows[layer])}
                for node in self._rows[layer]:
                    near = [fixed[other] for other in beside[node]]
                    if near:
                        now[node] = sum(near) / len(near)
                self._rows[layer].sort(key=now.__getitem__)
            crossings = self._crossings()
            if crossings < fewest:
                fewest, best = crossings, [list(row) for row in self._rows]
        self._rows = best

    def _crossings(self) -> int:
        found = 0
        for upper, lower in pairwise(self._rows):
            at = {node: index for index, node in enumerate(lower)}
            ends = [at[below] for node in upper for below in sorted(self._below[node], key=at.__getitem__)]
            found += sum(one > other for index, one in enumerate(ends) for other in ends[index + 1 :])
        return found

    # --- places within layers -----------------------------------------------------------------------------------

    def _pulled(self) -> dict[int, float]:
        """Where each node stands in its layer: near the middle of its neighbours, and clear of those beside it."""
        x: dict[int, float] = {}
        for row in self._rows:
            right = 0.0
            for index, node in enumerate(row):
                right += self._gap(row[index - 1], node) if index else 0.0
                x[node] = right + self._width[node] / 2
                right += self._width[node]
        for pull in range(PULLS):
            for row in self._rows if pull % 2 == 0 else self._rows[::-1]:
                self._pull(row, x)
        return x

    def _pull(self, row: list[int], x: dict[int, float]) -> None:
        """Move the nodes of a layer towards where they want to be; those that push each other move as one block."""
        blocks: list[tuple[list[int], float, float]] = []  # nodes, sum of the wanted lefts, weight
        width = self._width
        for node in row:
            near = [x[other] for other in (*self._above[node], *self._below[node])]
            weight = 4.0 if node < 0 else 1.0
            wanted = (sum(near) / len(near) if near else x[node]) - width[node] / 2
            block = ([node], wanted * weight, weight)
            while blocks and blocks[-1][1] / blocks[-1][2] + self._step(blocks[-1][0], block[0]) > block[1] / block[2]:
                before, total, weighs = blocks.pop()
                shift = self._step(before, block[0])
                block = (before + block[0], total + block[1] - shift * block[2], weighs + block[2])
            blocks.append(block)
        for nodes, total, weighs in blocks:
            left = total / weighs
            for index, node in enumerate(nodes):
                left += self._gap(nodes[index - 1], node) if index else 0.0
                x[node] = left + width[node] / 2
                left += width[node]

    def _step(self, nodes: list[int], following: list[int]) -> float:
        """From the left of some nodes beside each other to the left of those that follow."""
        gaps = sum(self._gap(one, other) for one, other in pairwise([*nodes, following[0]]))
        return sum(self._width[node] for node in nodes) + gaps

    @staticmethod
    def _gap(one: int, other: int) -> float:
        return GAP if one >= 0 and other >= 0 else BESIDE


def _turned(nodes: list[int], arrows: list[tuple[int, int]]) -> set[int]:
    """Arrows that lead back to where a walk came from: without them there is no circle."""
    leaving: dict[int, list[int]] = {node: [] for node in nodes}
    entered = dict.fromkeys(nodes, 0)
    for index, (tail, head) in enumerate(arrows):
        if tail != head:
            leaving[tail].append(index)
            entered[head] += 1
    turned: set[int] = set()
    state: dict[int, str] = {}
    for start in sorted(nodes, key=lambda node: (entered[node] > 0, entered[node] - len(leaving[node]), node)):
        pending = [(start, False)]
        while pending:
            node, left = pending.pop()
            if left:
                state[node] = "left"
                continue
            if node in state:
                continue
            state[node] = "open"
            pending.append((node, True))
            for index in reversed(leaving[node]):
                head = arrows[index][1]
                if state.get(head) == "open":
                    turned.add(index)
                elif head not in state:
                    pending.append((head, False))
    return turned


def _layers(nodes: list[int], arrows: list[tuple[int, int]]) -> dict[int, int]:
    """The length of the longest way that leads to each node; a node that nothing leads to stands right above the
    highest of those below it."""
    above: dict[int, list[int]] = {node: [] for node in nodes}
    below: dict[int, list[int]] = {node: [] for node in nodes}
    for tail, head in arrows:
        above[head].append(tail)
        below[tail].append(head)
    waiting = {node: len(above[node]) for node in nodes}
    order = [node for node in nodes if not waiting[node]]
    layer: dict[int, int] = {}
    for node in order:
        layer[node] = max((layer[other] + 1 for other in above[node]), default=0)
        for other in below[node]:
            waiting[other] -= 1
            if not waiting[other]:
                order.append(other)
    for node in reversed(order):
        if not above[node] and below[node]:
            layer[node] = min(layer[other] for other in below[node]) - 1
    return layer


def _broken(layers: dict[int, int], carrying: set[int], width: dict[int, float], room: float) -> dict[int, int]:
    """The layers, with those nodes moved down that find no room in theirs, if no arrow leaves them."""
    layers = dict(layers)
    layer = 0
    while layer <= max(layers.values()):
        taken = 0.0
        row = [node for node in layers if layers[node] == layer]
        for node in sorted(row, key=lambda node: (node not in carrying, node)):
            taken += width[node] + GAP
            if taken > room + GAP and node not in carrying and taken > width[node] + GAP:
                layers[node] += 1
                taken -= width[node] + GAP
        layer += 1
    return layers
