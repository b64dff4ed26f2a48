"""The score counts what is right, false and missed."""

from __future__ import annotations

from .cases import Case, make_case
from .judging import claims
from .scoring import QUESTIONS, score

CASES = [
    *(make_case(seed) for seed in range(80)),
    *(make_case(seed, theme="sharing") for seed in range(80)),
    *(make_case(seed, theme=theme) for theme in ("pools", "leaks") for seed in range(20)),
]


def all_knowing(files: dict[str, str]) -> list[tuple[str, tuple[str, ...]]]:
    """A judge that peeks."""
    truth = next(case.truth for case in CASES if case.files == files)
    findings: list[tuple[str, tuple[str, ...]]] = []
    findings += [("THR101", tuple(f"main.Bank.{lock}" for lock in cycle)) for cycle in truth.cycles]
    findings += [("THR102", (f"main.{lock}",)) for lock in truth.selves]
    findings += [("THR103", tuple(ring)) for ring in truth.waits]
    findings += [("THR105", (pool,)) for pool in truth.pools]
    findings += [("THR120", (lock,)) for lock in truth.leaks]
    wrong = truth.lost | truth.acts | truth.half | truth.walks
    return findings + [("THR210" if v in truth.half else "THR201", (f"main.main.{v}",)) for v in wrong]


def alarmist(files: dict[str, str]) -> list[tuple[str, tuple[str, ...]]]:
    """A judge that reports everything there is."""
    case = next(case for case in CASES if case.files == files)
    locks = [lock.name for lock in case.program.locks]
    findings: list[tuple[str, tuple[str, ...]]] = []
    findings += [("THR101", (a, b)) for a in locks for b in locks if a < b]
    findings += [(code, (lock,)) for lock in locks for code in ("THR102", "THR103", "THR120")]
    findings += [("THR105", (executor.name,)) for executor in case.program.executors]
    return findings + [(code, (v.name,)) for v in case.program.variables for code in ("THR202", "THR210")]


def judged(case: Case) -> list[object]:
    """What is true about a case and asked for in its theme."""
    asked = (question for question in QUESTIONS if question != "leaks" or case.theme == "leaks")
    return [getattr(case.truth, question) for question in asked]


def test_a_judge_who_knows_all_scores_one() -> None:
    result = score(CASES, all_knowing)
    for question in QUESTIONS:
        tally = result.total(question)
        assert (tally.precision, tally.recall) == (1.0, 1.0), question
        assert tally.right > 0, question
    assert not result.misses


def test_a_silent_judge_misses_everything() -> None:
    result = score(CASES, lambda files: [])
    assert all(result.total(question).recall == 0.0 for question in QUESTIONS)
    troubled = {c.origin for c in CASES if any(judged(c))}
    assert {miss.case.origin for miss in result.misses} == troubled


def test_an_alarmist_has_recall_but_no_precision() -> None:
    result = score(CASES, alarmist)
    assert all(result.total(question).recall == 1.0 for question in QUESTIONS[1:])
    assert all(result.total(question).precision < 0.8 for question in QUESTIONS)


def test_a_judge_that_raises_is_a_crash_not_a_pass() -> None:
    def broken(files: dict[str, str]) -> list[tuple[str, tuple[str, ...]]]:
        raise KeyError("x")

    result = score(CASES[:5], broken)
    assert [seed for seed, _ in result.crashes] == [0, 1, 2, 3, 4]


def test_subjects_match_by_their_last_part_and_strangers_are_vague() -> None:
    case: Case = CASES[0]
    lock, variable = case.program.locks[0].name, case.program.variables[0].name
    said = claims(
        case.program, [("THR102", (f"pkg.mod.C.{lock}",)), ("THR218", (variable,)), ("THR101", ("pkg.other",))]
    )
    assert (said.selves, said.lost, said.vague) == ({lock}, {variable}, [("THR101", ("pkg.other",))])


def test_offences_of_the_text_alone_are_right_and_never_false() -> None:
    right = next(c for c in CASES if c.truth.acts)
    wrong = next(c for c in CASES if not c.truth.acts)
    for case, missed in ((right, len(right.truth.acts)), (wrong, 0)):
        named = [("THR206", (v.name,)) for v in case.program.variables]
        tally = score([case], lambda files, named=named: named).total("acts")
        assert (tally.right, tally.false, tally.missed) == (missed, 0, 0)
