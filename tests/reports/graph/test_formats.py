"""Each format says the same, in a form that its reader accepts."""
from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest

from threadlint.analyses.deadlocks.lock_graph import LockGraph
from threadlint.reports.graph import ENDINGS, FORMATS, renderer

from .made import GRAPH, LOCKS, lock, order, picture, thread

EMPTY = LockGraph((), (), (), ())
ODD = GRAPH._replace(
    locks=(lock('shop.orders.a"b<c>&`#;\\'), *LOCKS[1:]), threads=(thread('1. "x" <b> & `c` #35; \\l end', 0),)
)

every_format = pytest.mark.parametrize("name", list(FORMATS))


@every_format
def test_a_format_is_a_pure_function_that_ends_its_last_line(name: str) -> None:
    for graph in (GRAPH, ODD, EMPTY):
        for everything in (False, True):
            text = renderer(name)(picture(graph, everything=everything))
            assert text == renderer(name)(picture(graph, everything=everything))
            assert text.endswith("\n") and not text.endswith("\n\n")


def test_endings_lead_to_formats() -> None:
    assert set(ENDINGS.values()) == set(FORMATS)


# --- mermaid ----------------------------------------------------------------------------------------------------


def test_mermaid_groups_by_module_and_paints_what_closes_a_cycle() -> None:
    lines = renderer("mermaid")(picture()).splitlines()
    assert lines[2] == "flowchart TD"
    assert lines[3:5] == ['  subgraph m1["shop.orders"]', '    l0["Cart._lock<br/>Lock"]']
    assert '  l1 ==>|"cycle 1<br/>shop/orders.py:30 → stock.py:31<br/>poster"| l2' in lines
    assert "  linkStyle 1,2 stroke:#d1242f,stroke-width:3px" in lines
    assert any("and 1 lock taken alone" in each for each in lines)


def test_mermaid_is_given_no_character_that_it_reads_as_its_own() -> None:
    for label in re.findall(r'"([^\n]*?)"[\])|]', renderer("mermaid")(picture(ODD))):
        assert not re.search(r'["`\\]|<(?!br/>)|&|#(?!\d+;)', label), label


# --- dot --------------------------------------------------------------------------------------------------------


def test_dot_has_clusters_arrows_and_red_cycles() -> None:
    text = renderer("dot")(picture())
    assert text.startswith("// threadlint graph: 4 locks, 4 orders, 1 cycle, 2 threads\ndigraph locks {\n")
    assert text.count("subgraph cluster_") == 2
    assert '  l0 -> l1 [label="shop/orders.py:7 → :9, stock.py:8\\lposter\\l"];\n' in text
    assert text.count('color="#d1242f", fontcolor="#d1242f", penwidth=2') == 2


def test_dot_strings_end_where_they_should() -> None:
    for text in renderer("dot")(picture(ODD)).splitlines():
        assert len(re.findall(r'(?<!\\)(?:\\\\)*"', text)) % 2 == 0, text


# --- json -------------------------------------------------------------------------------------------------------


def test_json_folds_nothing_away() -> None:
    told = json.loads(renderer("json")(picture()))
    assert list(told) == ["version", "locks", "orders", "cycles", "threads"]
    assert (told["version"], [len(told[key]) for key in list(told)[1:]]) == (1, [4, 4, 1, 3])
    assert told["locks"][0] == {
        "name": "Cart._lock", "qualified_name": "shop.orders.Cart._lock", "module": "shop.orders", "kind": "Lock",
        "made": {"path": "shop/orders.py", "line": 3, "column": 1},
        "taken": [{"path": "shop/orders.py", "line": 7, "column": 1}],
    }  # fmt: skip
    assert told["orders"][2] == {
        "held": "shop.orders._lock", "wanted": "shop.stock.Shelf._lock", "direct": True, "cycles": [1],
        "places": [{
            "held": {"path": "shop/orders.py", "line": 30, "column": 1, "function": "shop.f"},
            "wanted": {"path": "shop/stock.py", "line": 31, "column": 1, "function": "shop.g"},
            "threads": [1], "direct": True, "waits": True,
        }],
    }  # fmt: skip
    assert told["cycles"] == [{
        "number": 1, "kind": "opposite", "code": "THR101", "confidence": "high",
        "locks": ["shop.orders._lock", "shop.stock.Shelf._lock"],
    }]  # fmt: skip
    assert (told["threads"][0]["number"], told["threads"][0]["many"]) == (1, True)
    assert told["threads"][2]["begins"] is None


# --- svg --------------------------------------------------------------------------------------------------------


def svg(graph: LockGraph, *, everything: bool = False) -> ElementTree.Element:
    return ElementTree.fromstring(renderer("svg")(picture(graph, everything=everything)))


def texts(root: ElementTree.Element) -> list[str]:
    return [each.text or "" for each in root.iter("{http://www.w3.org/2000/svg}text")]


def test_svg_is_xml_whatever_names_there_are() -> None:
    for graph in (GRAPH, ODD, EMPTY):
        for everything in (False, True):
            svg(graph, everything=everything)
    assert 'orders.a"b<c>&`#;\\' in texts(svg(ODD))


def test_svg_says_what_its_numbers_mean() -> None:
    told = texts(svg(GRAPH))
    assert "cycle 1: orders._lock → Shelf._lock → orders._lock (THR101, high confidence)" in told
    assert "2  orders._lock → Shelf._lock" in told
    assert "shop/orders.py:30 → shop/stock.py:31 · by poster" in told
    assert {"1 lock taken alone", "stock._lock", "and 1 thread that takes no lock"} <= set(told)
    assert "no lock is taken" in texts(svg(EMPTY))


def test_svg_paints_the_arrows_of_cycles_and_dashes_the_unsure() -> None:
    sure = renderer("svg")(picture())
    assert sure.count('class="way hot"') == 2 and sure.count('class="way"') == 1
    unsure = GRAPH._replace(cycles=(GRAPH.cycles[0]._replace(confidence="low"),))
    assert renderer("svg")(picture(unsure)).count('class="way hot unsure"') == 2


def test_everything_in_svg_lies_within_it() -> None:
    root = svg(GRAPH._replace(orders=(*GRAPH.orders, order(3, 3))), everything=True)
    wide, high = float(root.attrib["width"]), float(root.attrib["height"])
    for each in root.iter("{http://www.w3.org/2000/svg}rect"):
        if "x" in each.attrib:
            assert 0 < float(each.attrib["x"]) < float(each.attrib["x"]) + float(each.attrib["width"]) < wide
            assert 0 < float(each.attrib["y"]) < high
    for each in root.iter("{http://www.w3.org/2000/svg}text"):
        assert 0 < float(each.attrib["x"]) < wide and 0 < float(each.attrib["y"]) < high
