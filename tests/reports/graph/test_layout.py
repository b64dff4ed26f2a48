"""Nothing lies on anything else, and arrows lead down unless they close a circle."""
from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from threadlint.reports.graph.layout import LAYER, Layout, Size, laid_out

HEIGHT = 40.0
ROOM = 900.0


@st.composite
def graphs(draw: st.DrawFn) -> tuple[dict[int, Size], list[tuple[int, int]]]:
    count = draw(st.integers(1, 12))
    sizes = {node: Size(draw(st.integers(80, 400)), HEIGHT) for node in range(count)}
    ends = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    return sizes, draw(st.lists(ends, max_size=20, unique=True))


def placed(sizes: dict[int, Size], arrows: list[tuple[int, int]]) -> Layout:
    return laid_out(sizes, arrows, ROOM)


@settings(max_examples=150, deadline=None)
@given(graphs())
def test_no_two_nodes_overlap_and_all_lie_within(graph: tuple[dict[int, Size], list[tuple[int, int]]]) -> None:
    sizes, arrows = graph
    layout = placed(sizes, arrows)
    assert layout == placed(sizes, arrows)
    assert set(layout.nodes) == set(sizes)
    for one, other in combinations(sizes, 2):
        (x, y), (u, v) = layout.nodes[one], layout.nodes[other]
        assert abs(x - u) >= (sizes[one].width + sizes[other].width) / 2 - 0.01 or abs(y - v) >= HEIGHT
    for node, (x, y) in layout.nodes.items():
        half = sizes[node].width / 2 - 0.01
        assert half <= x <= layout.width - half
        assert HEIGHT / 2 - 0.01 <= y <= layout.height - HEIGHT / 2 + 0.01


@settings(max_examples=150, deadline=None)
@given(graphs())
def test_arrows_lead_from_their_tail_to_their_head(graph: tuple[dict[int, Size], list[tuple[int, int]]]) -> None:
    sizes, arrows = graph
    layout = placed(sizes, arrows)
    for (tail, head), points in zip(arrows, layout.arrows, strict=True):
        assert (points[0], points[-1]) == (layout.nodes[tail], layout.nodes[head])
        steps = {round(b[1] - a[1]) for a, b in pairwise(points)}
        assert tail == head or steps in ({LAYER}, {-LAYER})


@settings(max_examples=150, deadline=None)
@given(graphs())
def test_without_circles_every_arrow_leads_down(graph: tuple[dict[int, Size], list[tuple[int, int]]]) -> None:
    sizes, arrows = graph
    falling = [(min(arrow), max(arrow)) for arrow in arrows if arrow[0] != arrow[1]]
    layout = placed(sizes, list(dict.fromkeys(falling)))
    for points in layout.arrows:
        assert points[0][1] < points[-1][1]


def test_two_opposite_arrows_stand_above_each_other() -> None:
    layout = placed({0: Size(100, HEIGHT), 1: Size(160, HEIGHT)}, [(0, 1), (1, 0)])
    assert layout.nodes[0][0] == layout.nodes[1][0]
    assert layout.nodes[0][1] < layout.nodes[1][1]


def test_parts_that_nothing_connects_stand_beside_each_other_as_far_as_there_is_room() -> None:
    layout = placed({node: Size(280, HEIGHT) for node in range(4)}, [])
    assert [layout.nodes[node][1] for node in range(4)] == [20, 20, 108, 108]


def test_parts_that_matter_most_come_first() -> None:
    sizes = {node: Size(280, HEIGHT) for node in range(5)}
    layout = laid_out(sizes, [(0, 1), (1, 2), (3, 4)], ROOM, {4})
    assert layout.nodes[3][0] < layout.nodes[0][0]


def test_a_layer_without_room_is_broken() -> None:
    layout = placed({node: Size(200, HEIGHT) for node in range(10)}, [(0, node) for node in range(1, 10)])
    assert layout.width <= ROOM
    assert len({layout.nodes[node][1] for node in range(1, 10)}) == 3
