"""`threadlint show`: what an analysis concluded about one file, so that a finding (or its absence) can be understood.

Each question is a module of this package with `answer(seen)`, rows that JSON can hold, and `told(rows, seen)`, lines
for people. `QUESTIONS` says which there are.
"""
from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from ..ending import tell
from ..settings import CACHE, CONFIGURATION, JUDGEMENT, Refused, configuration, flags

if TYPE_CHECKING:
    from ....config import Config
    from .seen import Seen

QUESTIONS = {
    "facts": "facts",
    "calls": "calls",
    "held-locks": "held_locks",
    "threads": "threads",
    "shared-state": "shared_state",
}


@click.command("show", short_help="Show what was concluded about a file.")
@click.argument("question", type=click.Choice(list(QUESTIONS)))
@click.argument("file")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
@click.option("-n", "--no-cache", is_flag=True, help="Neither read nor write the cache.")
@flags(JUDGEMENT, CONFIGURATION, CACHE)
def command(
    question: str, file: str, output_format: str, no_cache: bool, explicit: tuple[str, ...], isolated: bool,
    **overrides: Any,
) -> None:  # fmt: skip
    """Show what was concluded about FILE in the program around it.

    \b
    facts         functions and classes as they were read
    calls         what each call leads to
    held-locks    the locks that are surely held at each line
    threads       where threads begin that run code of the file
    shared-state  what several threads touch
    """
    if os.path.isdir(file):
        raise Refused(f"`{file}` is a folder; name a file in it")
    seen = _seen(file, configuration(explicit, isolated, **overrides), cache=not no_cache)
    asked = import_module(f".{QUESTIONS[question]}", __name__)
    rows = asked.answer(seen)
    if output_format == "json":
        import json

        tell(json.dumps({"path": seen.path, "question": question, "answer": rows}, indent=1, ensure_ascii=False) + "\n")
        return
    lines = asked.told(rows, seen)
    tell("".join(f"{line}\n" for line in lines) or f"nothing to show in {seen.path}\n")


def _seen(file: str, config: Config, *, cache: bool) -> Seen:
    """The program around a file, linked, with the file itself read even if it is cold."""
    from ....engine import Clock, Request, cache_folder, grown, texts_of
    from ....extract import Store
    from ....model.report import Texts
    from ....sources import MissingPathError
    from .seen import Seen

    request = Request(paths=(file,), config=config, whole=True, cache=cache)
    try:
        gathered = texts_of(request)
    except MissingPathError as error:
        raise Refused(str(error)) from None
    path = min(gathered.given)
    gathered.demand([name for name, cold in gathered.cold.items() if cold.path == path])
    store = Store(cache_folder(config) if cache else None)
    program, facts = grown(gathered, store, request, Clock())
    store.close()
    module = next((each for each in program.modules.values() if each.source.path == path), None)
    if module is None or module.source.failure is not None:
        raise Refused(f"`{path}` could not be read; `threadlint check {file}` says why")
    return Seen(program, Texts(source for source, _ in facts.values()), module)
