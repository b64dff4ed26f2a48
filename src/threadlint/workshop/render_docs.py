"""`python -m threadlint.workshop.render_docs`: writes everything in docs/ and README.md that can be derived.

The rules' pages, docs/configuration.md, the table of rules in README.md, and its demonstration, which is what
threadlint says of examples/bank. With `--check` nothing is written, and the exit code is 1 if something is stale.
"""
from __future__ import annotations

import re
import sys
from contextlib import chdir
from pathlib import Path

from ..config import load, page
from ..engine import Request, judge
from ..model.finding import Tier
from ..reports import renderer
from ..reports.manner import Manner
from ..rules import LoadedRule, all_rules

FAMILIES = {
    "deadlocks": "Deadlocks",
    "locks": "Locks",
    "sharing": "Shared state",
    "lifecycle": "Life of threads",
    "failures": "Failures",
    "throughput": "Throughput",
    "handoffs": "Hand-offs",
    "mixtures": "Mixtures",
    "freethreading": "Free threading",
    "housekeeping": "Housekeeping",
}
"""The families in the order of their codes, and how they are titled."""

DEMO = "examples/bank"
GENERATED = "<!-- Generated from the rules' docstrings. Do not edit. -->"

_MARK = re.compile(r"[ ]*#\s*(?:expect|see|missed|false):[^\n]*")
_TIERS = {
    Tier.ON: "",
    Tier.STRICT: "Tier `strict`: it speaks with `--strict`, or when it is selected.",
    Tier.FT: "Tier `ft`: it speaks where the target is a free-threaded build, or when it is selected.",
}


def documents(root: Path) -> dict[Path, str]:
    """Every derived file below `root` with the text it should have."""
    rules = all_rules()
    texts = {root / "docs" / "rules" / f"{each.rule.code}.md": page_of(each) for each in rules}
    texts[root / "docs" / "rules" / "README.md"] = f"# The rules\n\n{GENERATED}\n\n{table(rules, '')}"
    texts[root / "docs" / "configuration.md"] = page()
    readme = (root / "README.md").read_text("utf-8")
    readme = replaced(readme, "rules", f"{table(rules, 'docs/rules/')}\n")
    if (root / "examples" / "bank").is_dir():
        readme = replaced(readme, "demo", f"```text\n$ threadlint {DEMO}\n{demonstration(root)}```\n")
    texts[root / "README.md"] = readme
    return texts


def page_of(loaded: LoadedRule) -> str:
    """A rule's page as Markdown, without the marks that its programs carry."""
    rule = loaded.rule
    card = f"`{rule.code}` `{rule.name}` · {FAMILIES[loaded.family].lower()} · {rule.severity.value}"
    tier = f"\n\n{_TIERS[rule.tier]}" if _TIERS[rule.tier] else ""
    return f"# {rule.code} {rule.name}\n\n{GENERATED}\n\n{card}{tier}\n\n{without_marks(loaded.page)}\n"


def without_marks(text: str) -> str:
    """`# expect: THR101` becomes `# THR101`; the other marks are for tests alone."""
    text = re.sub(r"#\s*expect:\s*(THR\d{3}(?:,\s*THR\d{3})*)(?:\s*\"[^\"\n]*\")*", r"# \1", text)
    return _MARK.sub("", text)


def table(rules: tuple[LoadedRule, ...], folder: str) -> str:
    """The table of rules, family by family; `folder` is where their pages lie."""
    lines: list[str] = []
    for family, title in FAMILIES.items():
        members = [each for each in rules if each.family == family]
        if not members:
            continue
        lines += [f"**{title}**", "", "| code | name | what is wrong |", "|---|---|---|"]
        for each in members:
            rule = each.rule
            tier = "" if rule.tier is Tier.ON else f" ({rule.tier.value})"
            lines.append(f"| [{rule.code}]({folder}{rule.code}.md) | {rule.name}{tier} | {each.summary} |")
        lines.append("")
    return "\n".join(lines)


def demonstration(root: Path) -> str:
    """What `threadlint examples/bank` prints, run from `root`."""
    with chdir(root):
        return renderer("full")(judge(Request(paths=(DEMO,), config=load(), jobs=1, cache=False)), Manner())


def replaced(text: str, name: str, inner: str) -> str:
    """The text with what stands between `<!-- name:start -->` and `<!-- name:end -->` exchanged."""
    start, end = f"<!-- {name}:start -->\n", f"<!-- {name}:end -->"
    before, found, rest = text.partition(start)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise SystemExit(f"README.md has no `{start.strip()}` … `{end}`")
    return f"{before}{start}{inner}{end}{after}"


def stale(root: Path) -> list[Path]:
    """The derived files that are not what they should be, and pages of rules that are no more."""
    wanted = documents(root)
    wrong = [path for path, text in wanted.items() if not path.is_file() or path.read_text("utf-8") != text]
    return wrong + [path for path in sorted((root / "docs" / "rules").glob("*.md")) if path not in wanted]


def main(arguments: list[str]) -> int:
    """The command: writes what is stale and names it; with `--check` names it only."""
    root = Path(__file__).resolve().parents[3]
    wrong, wanted = stale(root), documents(root)
    for path in wrong:
        print(path.relative_to(root).as_posix())
        if "--check" not in arguments:
            if path in wanted:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(wanted[path], "utf-8")
            else:
                path.unlink()
    return 1 if wrong and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
