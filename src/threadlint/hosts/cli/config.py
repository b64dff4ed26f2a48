"""`threadlint config`: the settings in force, and where each comes from."""
from __future__ import annotations

from typing import Any

import click

from .ending import tell
from .settings import CACHE, CONFIGURATION, JUDGEMENT, Refused, configuration, flags


@click.command("config", short_help="Show the settings in force, and where each comes from.")
@click.argument("key", required=False)
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
@flags(CONFIGURATION, JUDGEMENT, CACHE)
def command(key: str | None, output_format: str, explicit: tuple[str, ...], isolated: bool, **overrides: Any) -> None:
    """Show the settings in force, and where each comes from; with KEY one of them."""
    from ...config import settings

    chosen = configuration(explicit, isolated, **overrides)
    rows = settings(chosen)
    if key is not None:
        rows = [row for row in rows if row.key == key.replace("_", "-")]
        if not rows:
            raise Refused(f"there is no setting `{key}`; `threadlint config` lists all")
    if output_format == "json":
        import json

        told = [{"key": row.key, "value": row.value, "origin": row.origin} for row in rows]
        tell(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
        return
    width = max(len(row.key) for row in rows)
    tell("".join(f"{row.key.ljust(width)} = {row.value}  # {row.origin}\n" for row in rows))
