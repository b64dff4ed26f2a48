"""Changes of whole blocks, by rule: what the finding's own place and the facts of its module allow.

A recipe gets the module and the finding, and gives a fix or None. All of them are unsafe: they change when a lock
is released, when a pool is waited for, or how a lock behaves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from ..model import facts as f
from ..model.finding import Edit, Finding, Fix
from ..model.place import Place
from ..program.program import Program
from ..program.symbols import Module, dotted
from ..program.traverse import walk
from .blocks import indented, line_start, next_line, statement_end, string_spans

Recipe = Callable[[Module, Finding], "Fix | None"]
_COMMENT = re.compile(r"#[^\r\n]*")


def completed(findings: Iterable[Finding], program: Program) -> list[Finding]:
    """The findings, with a fix for those that have none and for whose rule there is a recipe. A fix that would take
    a comment away is none."""
    by_path = {module.source.path: module for module in program.modules.values()}
    found = []
    for finding in findings:
        recipe = _RECIPES.get(finding.rule.code)
        module = by_path.get(finding.at.path)
        fix = finding.fix
        if fix is None and recipe is not None and module is not None and not module.source.cells:
            fix = recipe(module, finding)
        if fix is not None and not all(_keeps_comments(edit, by_path.get(edit.at.path)) for edit in fix.edits):
            fix = None
        found.append(finding if fix is finding.fix else msgspec.structs.replace(finding, fix=fix))
    return found


def _keeps_comments(edit: Edit, module: Module | None) -> bool:
    """Whether every comment in the stretch that goes is in what takes its place."""
    if module is None:
        return False
    gone = module.source.text[edit.at.start : edit.at.end]
    return all(comment.rstrip() in edit.text for comment in _COMMENT.findall(gone))


def _blocks(module: Module) -> Iterable[tuple[tuple[Any, ...], int]]:
    """Every block of statements of a module, with the index of its function."""
    for index, function in enumerate(module.facts.functions):
        pending: list[tuple[Any, ...]] = [function.body]
        while pending:
            block = pending.pop()
            yield block, index
            for statement in block:
                if isinstance(statement, f.ClassDef):
                    pending.append(module.facts.classes[statement.cls].body)
                    continue
                for name in ("body", "orelse", "final"):
                    inner = getattr(statement, name, None)
                    if type(inner) is tuple and inner:
                        pending.append(inner)
                for each in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
                    pending.append(each.body)


def _method_call(statement: Any, method: str) -> f.Call | None:
    """The call of `path.method(…)` that a statement consists of."""
    if isinstance(statement, f.Evaluate) and isinstance(statement.value, f.Call):
        func = statement.value.func
        if isinstance(func, f.Attr) and func.attr == method:
            return statement.value
    return None


def _owns_its_lines(text: str, start: int, end: int) -> bool:
    return not text[line_start(text, start) : start].strip(" \t\f") and next_line(text, end) is not None


# --- acquire … release becomes with ---------------------------------------------------------------------------------


def _with_lock(module: Module, finding: Finding) -> Fix | None:
    """`lock.acquire()` … `lock.release()` in one block becomes `with lock:`."""
    for block, _ in _blocks(module):
        for first, statement in enumerate(block):
            call = _method_call(statement, "acquire")
            if call is None or call.args or not (call.at[0] <= finding.at.start < call.at[1]):
                continue
            assert isinstance(call.func, f.Attr)
            path = dotted(call.func.value)
            last = next(
                (
                    i
                    for i in range(first + 1, len(block))
                    if (c := _method_call(block[i], "release")) is not None and _path(c) == path
                ),
                None,
            )
            if path is None or last is None or last == first + 1:
                return None
            inner = block[first + 1 : last]
            if _touches(inner, path):
                return None
            return _indent_between(
                module, finding, statement, inner, block[last], f"with {path}:", f"enter `{path}` by `with`"
            )
    return None


def _path(call: f.Call) -> str | None:
    return dotted(call.func.value) if isinstance(call.func, f.Attr) else None


def _touches(body: tuple[Any, ...], path: str) -> bool:
    """Whether statements take or give back the same lock themselves."""
    return any(
        isinstance(node, f.Attr)
        and node.attr in ("acquire", "release", "wait", "locked")
        and dotted(node.value) == path
        for node in walk(body)
    )


def _indent_between(
    module: Module, finding: Finding, first: Any, inner: tuple[Any, ...], last: Any, header: str, message: str
) -> Fix | None:
    text, facts = module.source.text, module.facts
    if not (_owns_its_lines(text, *first.at) and _owns_its_lines(text, *last.at)):
        return None
    begin = next_line(text, first.at[1])
    end = line_start(text, last.at[0])
    if begin is None or begin >= end:
        return None
    for statement in inner:
        if not _owns_its_lines(text, statement.at[0], statement_end(statement, facts.functions, facts.classes)):
            return None
    strings = string_spans(inner, facts.functions, facts.classes)
    body = indented(text, begin, end, text[line_start(text, first.at[0]) : first.at[0]], strings)
    gone = next_line(text, last.at[1])
    comment = text[last.at[1] : gone].strip() if gone is not None else ""
    if comment:
        return None  # the line to go holds a comment
    path = finding.at.path
    edits = (
        Edit(Place(path, first.at[0], first.at[1]), header),
        Edit(Place(path, begin, gone if gone is not None else last.at[1]), body),
    )
    return Fix(message, edits, safe=False)


# --- a pool becomes a with ------------------------------------------------------------------------------------------


def _with_pool(module: Module, finding: Finding) -> Fix | None:
    """`pool = ThreadPoolExecutor(…)` becomes `with … as pool:` around the rest of its block."""
    text, facts = module.source.text, module.facts
    for block, index in _blocks(module):
        for first, statement in enumerate(block):
            if (
                not isinstance(statement, f.Assign)
                or statement.value is None
                or statement.value.at[0] != finding.at.start
            ):
                continue
            rest = block[first + 1 :]
            if index == 0 or not rest or len(statement.targets) != 1 or not isinstance(statement.targets[0], f.Name):
                return None
            if any(isinstance(node, (f.Def, f.ClassDef)) for node in rest):
                return None
            end = max(statement_end(each, facts.functions, facts.classes) for each in rest)
            begin, stop = next_line(text, statement.at[1]), next_line(text, end)
            if begin is None or stop is None or not _owns_its_lines(text, *statement.at):
                return None
            if any(not _owns_its_lines(text, s.at[0], statement_end(s, facts.functions, facts.classes)) for s in rest):
                return None
            made = text[statement.value.at[0] : statement.value.at[1]]
            name = statement.targets[0].id
            own = text[line_start(text, statement.at[0]) : statement.at[0]]
            body = indented(text, begin, stop, own, string_spans(rest, facts.functions, facts.classes))
            path = finding.at.path
            edits = (
                Edit(Place(path, statement.at[0], statement.at[1]), f"with {made} as {name}:"),
                Edit(Place(path, begin, stop), body),
            )
            return Fix("use the pool in a `with` statement", edits, safe=False)
    return None


# --- a plain lock becomes re-entrant --------------------------------------------------------------------------------


def _reentrant(module: Module, finding: Finding) -> Fix | None:
    """`Lock()` becomes `RLock()`, where the lock that a finding is about is made once, in the same module."""
    if len(finding.subjects) != 1:
        return None
    name = finding.subjects[0].rpartition(".")[2]
    owner = finding.subjects[0].removeprefix(f"{module.name}.").rpartition(".")[0]
    places: list[f.Expr] = []
    for function in module.facts.functions:
        for node in walk(function.body):
            if (
                isinstance(node, f.Assign)
                and node.value is not None
                and any(_is_named(t, name, owner, function) for t in node.targets)
            ):
                places.append(node.value)
    if not owner.count("."):
        for cls in module.facts.classes:
            if cls.qualname == owner:
                for node in cls.body:
                    if (
                        isinstance(node, f.Assign)
                        and node.value is not None
                        and any(isinstance(t, f.Name) and t.id == name for t in node.targets)
                    ):
                        places.append(node.value)
    if (
        len(places) != 1
        or not isinstance(places[0], f.Call)
        or places[0].args
        or not isinstance(places[0].func, f.Attr)
    ):
        return None
    func = places[0].func
    if func.attr != "Lock" or dotted(func.value) != "threading":
        return None
    edit = Edit(Place(finding.at.path, func.at[1] - len("Lock"), func.at[1]), "RLock")
    return Fix(f"make `{name}` an `RLock`", (edit,), safe=False)


def _is_named(target: f.Expr, name: str, owner: str, function: f.FunctionFacts) -> bool:
    """Whether a target is the attribute of that class, or the global of the module."""
    if isinstance(target, f.Attr):
        inside = function.qualname.rpartition(".")[0] == owner
        return (
            inside and target.attr == name and isinstance(target.value, f.Name) and target.value.id in ("self", "cls")
        )
    return isinstance(target, f.Name) and target.id == name and not owner and function.parent == -1


_RECIPES: dict[str, Recipe] = {
    "THR102": _reentrant,
    "THR120": _with_lock,
    "THR121": _with_lock,
    "THR314": _with_pool,
}
