"""`python -m threadlint.workshop.new_rule THR999 name-of-the-offence family`: the page of a new rule and its fixtures.

The files it makes fail the tests until they are filled: the page wants its words, the check its analysis, the loud
fixture its program and the silent one its idioms.
"""
from __future__ import annotations

import re
import sys
from pathlib import Path

from ..rules import all_rules
from .render_docs import FAMILIES

PAGE = '''"""<What is wrong, in one sentence with a period at its end.>

## Why it hurts

<What happens to the one who runs the program, and when.>

## Example

```python
import threading

<the shortest program that commits the offence>  # expect: {code}
```

## Instead

<The cure in a sentence.>

```python
import threading
```

## Stays silent when

- <each safe idiom that looks alike>.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...model.finding import Finding, Rule, Severity
from ...program.program import Program

RULE = Rule("{code}", "{name}", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each <conclusion of an analysis>."""
    yield from ()
'''
LOUD = '''"""<A believable program that commits {name}.>"""
import threading

<the offence>  # expect: {code}
'''
SILENT = '''"""<A believable program that looks like {name} and is right.>"""
# silent: {code} <why>
import threading
'''


def skeleton(root: Path, code: str, name: str, family: str) -> dict[Path, str]:
    """The files of a new rule with their texts. Raises ValueError for a code, name or family that cannot be used."""
    if not re.fullmatch(r"THR\d{3}", code):
        raise ValueError(f"`{code}` is no code: three letters THR and three digits")
    if not re.fullmatch(r"[a-z]+(-[a-z]+)*", name):
        raise ValueError(f"`{name}` is no name: small letters and hyphens")
    if family not in FAMILIES:
        raise ValueError(f"there is no family `{family}`, there are {', '.join(FAMILIES)}")
    for each in all_rules():
        if each.rule.code == code or each.rule.name == name:
            raise ValueError(f"{each.rule.code} {each.rule.name} exists, and neither is used twice")
    stem, rules = name.replace("-", "_"), root / "src" / "threadlint" / "rules" / family
    files = {
        rules / f"{stem}.py": PAGE,
        root / "fixtures" / family / f"{stem}.py": LOUD,
        root / "fixtures" / family / f"{stem}_silent.py": SILENT,
    }
    if not (rules / "__init__.py").exists():
        files[rules / "__init__.py"] = f'"""{FAMILIES[family]}."""\n'
    return {path: text.replace("{code}", code).replace("{name}", name) for path, text in files.items()}


def main(arguments: list[str]) -> int:
    """The command: writes the files, none of which may exist, and names them."""
    if len(arguments) != 3:
        print("usage: python -m threadlint.workshop.new_rule CODE NAME FAMILY", file=sys.stderr)
        return 2
    root = Path(__file__).resolve().parents[3]
    try:
        files = skeleton(root, *arguments)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
        print(path.relative_to(root).as_posix())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
