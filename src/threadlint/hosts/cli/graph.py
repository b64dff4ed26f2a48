"""`threadlint graph`: locks, threads and the order between them, drawn."""
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...reports.graph import ENDINGS, FORMATS
from .check import RUN
from .ending import tell
from .settings import CONFIGURATION, JUDGEMENT, Refused, configuration, flags
from .speaking import say

if TYPE_CHECKING:
    from ...engine import Request
    from ...reports.graph.picture import Picture

OUTPUT = (
    click.option("--all", "everything", is_flag=True,
                 help="Fold nothing away: also locks that are taken alone, and all places."),
    click.option("--output-format", "format", type=click.Choice(list(FORMATS)),
                 help="How to draw; by default what the file's name says, else mermaid."),
    click.option("-o", "--output-file", type=click.Path(path_type=Path), help="Write to this file instead of stdout."),
    click.option("-q", "--quiet", is_flag=True, help="No warnings."),
)  # fmt: skip


@click.command("graph", short_help="Draw locks, threads and the order between them.")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@flags(OUTPUT, JUDGEMENT, CONFIGURATION, RUN)
def command(
    paths: tuple[str, ...], everything: bool, format: str | None, output_file: Path | None, quiet: bool,
    explicit: tuple[str, ...], isolated: bool, no_cache: bool, jobs: int, **overrides: Any,
) -> None:  # fmt: skip
    """Draw the locks of the program in files and folders, which of them are taken while others are held and where, the
    cycles that threads can close, and the threads.

    Of files the program around them is read, and what has to do with them is drawn; `-` is the text on stdin.
    """
    from ...reports.graph import renderer
    from .check import request_of
    from .outputs import STDOUT, write

    config = configuration(explicit, isolated, **overrides)
    request = request_of(paths, config, None, jobs=jobs, cache=not no_cache)
    picture, warnings = _drawn(request, everything=everything)
    to = output_file or STDOUT
    text = renderer(format or ENDINGS.get(to.suffix.lower(), "mermaid"))(picture)
    if to == STDOUT:
        tell(text)
    else:
        write(to, text)
    if not quiet:
        for warning in warnings:
            say(f"warning: {warning}")


def _drawn(request: Request, *, everything: bool) -> tuple[Picture, list[str]]:
    """The graph of the program, of files only what has to do with them; and what a user should know besides."""
    from ...analyses.deadlocks.lock_graph import lock_graph
    from ...engine import Clock, cache_folder, grown, texts_of, unread
    from ...extract import Store
    from ...model.report import Texts
    from ...reports.graph.picture import Picture
    from ...sources import MissingPathError

    try:
        gathered = texts_of(request)
    except MissingPathError as error:
        raise Refused(str(error)) from None
    store = Store(cache_folder(request.config) if request.cache else None)
    program, facts = grown(gathered, store, request, Clock())
    store.close()
    graph = program.ask(lock_graph)
    if not gathered.given.issuperset(facts):
        graph = graph.around(gathered.given)
    texts = Texts(source for source, _ in facts.values())
    unreadable = [f"{texts.where(finding.at)}: {finding.message}" for finding in unread(facts.values())]
    return Picture(graph, texts, everything=everything), [*gathered.warnings, *unreadable]
