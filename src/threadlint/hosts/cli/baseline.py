"""`threadlint baseline`: write down the findings that are known, so that only new ones are shown."""
from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .check import RUN, SELECTION, aside, judged, request_of
from .ending import FAILURE, tell
from .outputs import write
from .settings import CONFIGURATION, JUDGEMENT, Refused, configuration, flags

DEFAULT = "threadlint-baseline.json"


@click.command("baseline", short_help="Write down the findings that are known.")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--prune", is_flag=True, help="Only take out what is not found any more; add nothing.")
@flags(SELECTION, JUDGEMENT, CONFIGURATION, RUN)
def command(
    paths: tuple[str, ...], prune: bool, explicit: tuple[str, ...], isolated: bool, no_cache: bool, jobs: int,
    **overrides: Any,
) -> int | None:  # fmt: skip
    """Write the findings of today into the baseline; from then on only others are shown.

    The file is the configured `baseline`, or `threadlint-baseline.json` beside the configuration.
    """
    import msgspec

    from ...config.loading import printed
    from ...verdicts.baseline import BaselineError, known, written

    config = configuration(explicit, isolated, **overrides)
    file: Path = config.baseline or config.root / DEFAULT
    try:
        keep = known(file) if prune else None
    except BaselineError as error:
        raise Refused(str(error)) from None
    plain = msgspec.structs.replace(config, baseline=None)
    report = judged(request_of(paths, plain, None, jobs=jobs, cache=not no_cache))
    aside(report, quiet=False, verbose=False)
    if report.failures:
        return FAILURE
    text, count = written(report.verdicts, keep)
    write(file, text)
    tell(f"{count} finding{'' if count == 1 else 's'} in {printed(file)}\n")
    if config.baseline is None:
        tell(f'add to the configuration: baseline = "{printed(file)}"\n')
    return None
