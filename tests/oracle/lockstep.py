"""The model and its text, step by step beside each other: the proof that the renderer means what the model says.

A walk takes random enabled steps in both. Before each one, every thread must stand before the same step in both.
"""

from __future__ import annotations

from random import Random

from .cases import Case
from .explorer import Machine
from .stage import Stage

SHOWN = {"store": "write", "fetch": "read", "restore": "write", "peek": "read", "publish": "show"}
"""Steps that are told apart in the model, and look alike in the text."""


def walk(case: Case, seed: int) -> str | None:
    """Walk once through the program; None if model and text agree to the end, else the first difference."""
    machine = Machine(case.program)
    random = Random(f"{case.seed} {seed}")
    stage = Stage(case.program, case.files)
    state = machine.initial()
    done: list[str] = []
    try:
        while True:
            difference = _difference(machine, state, stage)
            if difference:
                return "\n".join([*done, difference])
            movers = [t for t in range(len(machine.threads)) if machine.enabled(state, t)]
            if not movers:
                return None
            thread = random.choice(movers)
            node = machine.node(state, thread)
            assert node is not None
            if machine.breaks(state, thread) in ("half", "walks"):
                return None  # the text raises here
            state, way = random.choice(list(machine.step(state, thread)))
            name = machine.threads[thread]
            done.append(f"{name}: {node.verb} {node.noun}")
            stage.advance(name, way, node.noun if node.verb == "start" else "")
    finally:
        stage.close()


def _difference(machine: Machine, state: object, stage: Stage) -> str | None:
    from .explorer import State

    assert isinstance(state, State)
    for thread, name in enumerate(machine.threads):
        node = machine.node(state, thread)
        actor = stage.actors.get(name)
        expected = None
        if node is not None:
            expected = (SHOWN.get(node.verb, node.verb), "" if node.verb == "start" else node.noun)
        actual = actor.pending if actor else None
        if actor and actor.failure:
            return f"{name}: the text raises {actor.failure!r}"
        if expected != actual:
            return f"{name}: the model stands before {expected}, the text before {actual}"
    return None
