"""Comments that hold findings back, and whether they do.

`# threadlint: ignore[THR101, lock-not-released] reason` holds back findings that have their place, or a step of their
story, on its line; on a line of its own it speaks for the logical line below, decorators and all. `ignore-file[…]`
speaks for the whole file. `# noqa: THR101` holds back findings whose place begins on its line.
"""
from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ..model.facts import Comment
from ..model.finding import Finding, Rule
from ..model.place import LineMap, Place
from ..rules.housekeeping import unknown_rule_in_suppression, unused_suppression
from .selection import Selection, fitting, nearest

_DIRECTIVE = re.compile(r"#\s*threadlint:\s*(ignore-file|file-ignore|ignore)\b\s*(?:\[([^\]#]*)\])?", re.IGNORECASE)
_NOQA = re.compile(r"#\s*noqa(?::\s?((?:[A-Z]+[0-9]+(?:[,\s]+)?)+))?", re.IGNORECASE)
_SEPARATOR = re.compile(r"[,\s]+")
_EVERY_LINE = 1 << 60


def suppressing(comments: Iterable[Comment]) -> tuple[Comment, ...]:
    """The comments that may hold something back; all others are of no use to `Suppressions`."""
    return tuple(each for each in comments if _DIRECTIVE.search(each.text) or _NOQA.search(each.text))


@dataclass
class Named:
    """One rule, or family of rules, that a comment names. `codes` is None when it means every rule."""

    text: str
    codes: frozenset[str] | None
    used: bool = False


@dataclass
class Directive:
    """One suppressing comment: the lines it speaks for, and what it names."""

    at: Place
    module: str
    first: int
    last: int
    named: list[Named]
    whole_file: bool = False
    at_place_only: bool = False
    unknown: list[str] = field(default_factory=list)

    def holds_back(self, code: str, first: int, last: int) -> bool:
        """Whether it speaks for one of these lines and names the rule; remembers that it was of use."""
        if last < self.first or first > self.last:
            return False
        hit = [each for each in self.named if each.codes is None or code in each.codes]
        for each in hit:
            each.used = True
        return bool(hit)


class Suppressions:
    """All suppressing comments of a run."""

    def __init__(self, rules: Sequence[Rule], selection: Selection, *, noqa: bool) -> None:
        """Without `noqa` those comments are left to another tool."""
        self._rules = rules
        self._selection = selection
        self._noqa = noqa
        self._by_path: dict[str, list[Directive]] = {}

    def add(self, path: str, module: str, comments: Iterable[Comment], lines: LineMap) -> None:
        """Read the comments of one file."""
        found: list[Directive] = []
        for comment in comments:
            found.extend(self._directives(path, module, comment, lines))
        if found:
            self._by_path.setdefault(path, []).extend(found)

    def hold_back(self, finding: Finding, lines_of: dict[str, LineMap]) -> bool:
        """Whether any comment holds the finding back; each that does is remembered as used."""
        held = False
        for index, at in enumerate((finding.at, *(step.at for step in finding.story))):
            directives = self._by_path.get(at.path)
            if not directives:
                continue
            lines = lines_of[at.path]
            first, last = lines.line_of(at.start), lines.line_of(max(at.start, at.end - 1))
            for directive in directives:
                if not directive.at_place_only:
                    held |= directive.holds_back(finding.rule.code, first, last)
                elif index == 0:
                    held |= directive.holds_back(finding.rule.code, first, first)
        return held

    def unknown(self) -> Iterator[Finding]:
        """THR903 for each name that no rule bears."""
        for directive in self._all():
            for text in directive.unknown:
                suggestion = nearest(text, self._rules)
                yield unknown_rule_in_suppression.unknown(directive.at, directive.module, text, suggestion)

    def unused(self) -> Iterator[Finding]:
        """THR901 for each comment of which some names, of rules in force in its file, hold nothing back."""
        for directive in self._all():
            if directive.at_place_only:
                continue
            idle = [each for each in directive.named if not each.used and self._in_force(each, directive.at.path)]
            if idle:
                named = tuple(each.text for each in idle if each.codes is not None)
                yield unused_suppression.unused(directive.at, directive.module, named, directive.whole_file)

    def _in_force(self, named: Named, path: str) -> bool:
        """Whether a rule that is named could have spoken in the file; what is said of comments is not known yet."""
        if named.codes is None:
            return True
        return any(self._selection.speaks(code, path) for code in named.codes - {unused_suppression.RULE.code})

    def _all(self) -> Iterator[Directive]:
        for path in sorted(self._by_path):
            yield from self._by_path[path]

    def _directives(self, path: str, module: str, comment: Comment, lines: LineMap) -> Iterator[Directive]:
        line = lines.line_of(comment.at[0])
        for match in _DIRECTIVE.finditer(comment.text):
            whole = match[1].lower() != "ignore"
            at = Place(path, comment.at[0] + match.start(), comment.at[0] + match.end())
            first, last = (line, line)
            if whole:
                first, last = 0, _EVERY_LINE
            elif comment.own_line:
                first, last = line, last_line_below(lines, line)
            directive = Directive(at, module, first, last, [], whole_file=whole)
            self._read_names(directive, match[2])
            yield directive
        if not self._noqa:
            return
        for match in _NOQA.finditer(comment.text):
            at = Place(path, comment.at[0] + match.start(), comment.at[0] + match.end())
            noqa = Directive(at, module, line, line, [], at_place_only=True)
            if match[1] is None:
                noqa.named.append(Named("noqa", None))
            else:  # as flake8 has it: the code begins with what is listed, in the same case of letters
                listed = tuple(filter(None, _SEPARATOR.split(match[1])))
                codes = frozenset(rule.code for rule in self._rules if rule.code.startswith(listed))
                noqa.named.append(Named(match[1].strip(), codes))
            yield noqa

    def _read_names(self, directive: Directive, listed: str | None) -> None:
        if listed is None:
            directive.named.append(Named("", None))
            return
        for text in filter(None, _SEPARATOR.split(listed)):
            codes = fitting(text, self._rules)
            if codes:
                directive.named.append(Named(text, frozenset(codes)))
            else:
                directive.unknown.append(text)


def last_line_below(lines: LineMap, line: int) -> int:
    """The last line of the logical line that begins below `line`, comments and blank lines skipped; with decorators,
    that of the header they decorate."""
    if line >= len(lines.starts):
        return line
    reader = io.StringIO(lines.text[lines.starts[line] :]).readline
    last, decorators, fresh = line, False, True
    try:
        for token in tokenize.generate_tokens(reader):
            if token.type in (tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT):
                continue
            if token.type in (tokenize.NEWLINE, tokenize.ENDMARKER):
                if not decorators or token.type == tokenize.ENDMARKER:
                    break
                fresh = True
                continue
            if fresh:
                decorators, fresh = token.string == "@", False
            last = line + token.end[0]
    except (tokenize.TokenError, SyntaxError):
        return max(last, line + 1)
    return last
