"""The explorer against programs whose truth everybody knows."""

from __future__ import annotations

from random import Random

import pytest

from .explorer import TooManyStatesError, Truth, explore
from .generator import generate_program
from .language import (
    Acquire,
    Attempt,
    Await,
    Branch,
    Call,
    Channel,
    Executor,
    Fail,
    Fetch,
    Form,
    Gather,
    Glance,
    How,
    Join,
    Lock,
    Pool,
    Procedure,
    Program,
    Release,
    Repeat,
    Result,
    Return,
    Section,
    Signal,
    Start,
    Statement,
    Store,
    Submit,
    Update,
    Variable,
    Worker,
    Write,
)  # fmt: skip
from .themes import THEMES

A, B, C, GATE = "a", "b", "c", "gate"
COUNT = Update("count")


def under(lock: str, *body: Statement, form: Form = Form.WITH) -> Section:
    return Section(lock, body, form)


def nested(*locks: str) -> Section:
    section: Statement = COUNT
    for lock in reversed(locks):
        section = under(lock, section)
    assert isinstance(section, Section)
    return section


def truth(
    main: tuple[Statement, ...] = (Start("one"), Start("two")),
    *,
    one: tuple[Statement, ...] = (),
    two: tuple[Statement, ...] = (),
    reentrant: tuple[str, ...] = (),
    more: tuple[Procedure, ...] = (),
    copies: int = 1,
    queue: bool = False,
    parties: int = 0,
    permits: int = 0,
) -> Truth:
    """The truth about a program of up to two workers; `one` runs `copies` times."""
    program = Program(
        tuple(Lock(name, name in reentrant, permits) for name in (A, B, C, GATE)),
        (Variable("count"),),
        (Procedure("first", one), Procedure("second", two), *more, Procedure("main", main)),
        (Worker("one", "first", copies=copies), Worker("two", "second")),
        (Channel("ready", queue, parties=parties),),
    )
    quick, plain = explore(program), explore(program, shortcuts=False)
    assert quick.outcomes() == plain.outcomes()
    return quick


def test_opposite_orders_deadlock() -> None:
    assert truth(one=(nested(A, B),), two=(nested(B, A),)).cycles == {frozenset({A, B})}


def test_one_order_does_not_deadlock() -> None:
    assert not truth(one=(nested(A, B),), two=(nested(A, B),)).cycles


def test_a_gate_lock_prevents_the_deadlock() -> None:
    assert not truth(one=(nested(GATE, A, B),), two=(nested(GATE, B, A),)).cycles


def test_a_gate_on_one_side_only_prevents_nothing() -> None:
    assert truth(one=(nested(GATE, A, B),), two=(nested(B, A),)).cycles == {frozenset({A, B})}


def test_a_join_between_the_starts_prevents_the_deadlock() -> None:
    main = (Start("one"), Join("one"), Start("two"), Join("two"))
    assert not truth(main, one=(nested(A, B),), two=(nested(B, A),)).cycles


def test_joining_the_wrong_thread_prevents_nothing() -> None:
    main = (Start("one"), Start("two"), Join("two"), nested(B, A))
    assert truth(main, one=(nested(A, B),)).cycles == {frozenset({A, B})}


def test_main_deadlocks_with_a_worker() -> None:
    assert truth((Start("one"), nested(B, A)), one=(nested(A, B),)).cycles == {frozenset({A, B})}


def test_main_before_the_start_and_after_the_join_is_alone() -> None:
    main = (nested(B, A), Start("one"), Join("one"), nested(B, A))
    assert not truth(main, one=(nested(A, B),)).cycles


def test_two_copies_of_one_thread_deadlock_with_each_other() -> None:
    both = (Branch((nested(A, B),), (nested(B, A),)),)
    assert not truth((Start("one"),), one=both).cycles
    assert truth((Start("one"),), one=both, copies=2).cycles == {frozenset({A, B})}


def test_reentrant_locks_deadlock_between_threads_all_the_same() -> None:
    assert truth(one=(nested(A, B),), two=(nested(B, A),), reentrant=(A, B)).cycles == {frozenset({A, B})}


def test_three_threads_deadlock_on_three_locks() -> None:
    main = (Start("one"), Start("two"), nested(C, A))
    assert truth(main, one=(nested(A, B),), two=(nested(B, C),)).cycles == {frozenset({A, B, C})}


def test_a_released_lock_is_no_part_of_a_cycle() -> None:
    hand_over = (Acquire(A), Release(A), Acquire(B), Release(B))
    assert not truth(one=hand_over, two=(nested(B, A),)).cycles


def test_an_attempt_breaks_the_cycle_but_holds_what_it_got() -> None:
    attempt = (under(A, Attempt(B, (COUNT,))),)
    assert not truth(one=attempt, two=(nested(B, A),)).cycles
    holds = (Attempt(A, (nested(B),)),)
    assert truth(one=holds, two=(nested(B, A),)).cycles == {frozenset({A, B})}


def test_a_plain_lock_taken_twice_blocks_its_own_thread() -> None:
    assert truth((nested(A, A),)).selves == {A}
    assert truth((under(A, Call("second")),), two=(nested(A),)).selves == {A}


def test_a_reentrant_lock_taken_twice_is_fine() -> None:
    result = truth((nested(A, A), nested(A)), reentrant=(A,))
    assert result.outcomes() == Truth().outcomes()


def test_what_lies_behind_a_certain_self_deadlock_never_happens() -> None:
    main = (Start("one"), nested(A, A), nested(B, C))
    result = truth(main, one=(nested(C, B),))
    assert (result.selves, result.cycles) == ({A}, set())


def test_an_exception_leaks_a_bare_lock_but_not_a_with() -> None:
    def main(form: Form) -> tuple[Statement, ...]:
        return Call("second", catches=True), nested(A)

    assert truth(main(Form.BARE), two=(under(A, Fail(), form=Form.BARE),)).selves == {A}
    assert not truth(main(Form.WITH), two=(under(A, Fail()),)).selves


def test_a_return_leaves_sections_properly() -> None:
    two = (under(A, Branch((Return(),)), COUNT), nested(A))
    assert truth((Call("second"), nested(A)), two=two).outcomes() == Truth().outcomes()


def test_joining_under_a_lock_that_the_thread_needs_deadlocks() -> None:
    result = truth((Start("one"), under(A, Join("one"))), one=(nested(A),))
    assert (result.waits, result.cycles, result.selves) == ({frozenset({A})}, set(), set())


def test_joining_under_a_lock_that_the_thread_only_tries_is_fine() -> None:
    assert not truth((Start("one"), under(A, Join("one"))), one=(Attempt(A, ()),)).waits


def test_leaving_a_pool_under_a_lock_that_a_task_needs_deadlocks() -> None:
    assert truth((under(A, Pool("pool", (Start("one"),))),), one=(nested(A),)).waits == {frozenset({A})}


def test_waiting_for_a_signal_under_a_lock_that_the_signaller_needs_deadlocks() -> None:
    main = (Start("one"), under(A, Await("ready")))
    assert truth(main, one=(under(A, Signal("ready")),)).waits == {frozenset({A})}
    assert not truth(main, one=(nested(A), nested(B))).waits


def test_updates_without_a_lock_are_lost() -> None:
    assert truth(one=(COUNT,), two=(COUNT,)).lost == {"count"}
    assert truth((Start("one"), COUNT), one=(COUNT,)).lost == {"count"}
    assert truth((Start("one"),), one=(COUNT,), copies=2).lost == {"count"}


def test_updates_under_one_lock_are_not_lost() -> None:
    assert not truth(one=(nested(A),), two=(nested(A),)).lost


def test_updates_under_different_locks_are_lost() -> None:
    assert truth(one=(nested(A),), two=(nested(B),)).lost == {"count"}


def test_updates_before_start_and_after_join_are_not_lost() -> None:
    assert not truth((COUNT, Start("one"), Join("one"), COUNT), one=(Repeat(2, (COUNT,)),)).lost


def test_a_plain_write_meeting_an_update_loses_one_of_them() -> None:
    assert truth(one=(COUNT,), two=(Write("count"),)).lost == {"count"}
    assert not truth(one=(Write("count"),), two=(Write("count"),)).lost


def test_an_update_split_over_two_sections_is_lost() -> None:
    split = (under(A, Fetch("count")), under(A, Store("count")))
    assert truth(one=split, two=split).lost == {"count"}
    assert not truth(one=(under(A, Fetch("count"), Store("count")),), two=(nested(A),)).lost


def test_a_serial_pool_runs_one_task_at_a_time() -> None:
    tasks = (Start("one"), Start("two"))
    assert not truth((Pool("pool", tasks, serial=True),), one=(COUNT,), two=(COUNT,)).lost
    assert truth((Pool("pool", tasks),), one=(COUNT,), two=(COUNT,)).lost == {"count"}
    assert truth((Pool("pool", (*tasks, COUNT), serial=True),), one=(COUNT,)).lost == {"count"}


@pytest.mark.parametrize("queue", [False, True])
def test_a_signal_orders_what_stands_before_it(queue: bool) -> None:
    one = (Await("ready"), COUNT)
    assert not truth((Start("one"), COUNT, Signal("ready")), one=one, queue=queue).lost
    assert truth((Start("one"), Signal("ready"), COUNT), one=one, queue=queue).lost == {"count"}


def test_an_item_of_a_queue_is_taken_once_but_an_event_stays_set() -> None:
    main = (Start("one"), Signal("ready"), COUNT)
    twice = (Await("ready"), Await("ready"), COUNT)
    assert not truth(main, one=twice, queue=True).lost
    assert truth(main, one=twice, queue=False).lost == {"count"}


@pytest.mark.parametrize("theme", THEMES)
def test_shortcuts_change_no_truth(theme: str) -> None:
    compared = 0
    for seed in range(40):
        program = THEMES[theme](Random(f"shortcuts {seed}"))
        try:
            quick, plain = explore(program, limit=8_000), explore(program, limit=8_000, shortcuts=False)
        except TooManyStatesError:
            continue
        compared += 1
        assert quick.outcomes() == plain.outcomes(), seed
    assert compared >= 20


def test_a_program_too_large_to_explore_is_refused() -> None:
    program = generate_program(Random("large"))
    with pytest.raises(TooManyStatesError):
        explore(program, limit=1)


def test_witnesses_tell_a_schedule() -> None:
    program = Program(
        (Lock(A), Lock(B)),
        (Variable("count"),),
        (Procedure("first", (nested(A, B),)), Procedure("main", (Start("one"), nested(B, A)))),
        (Worker("one", "first"),),
    )
    schedule = explore(program, witnesses=True).witnesses["cycle", frozenset({A, B})]
    assert set(schedule) == {"main: start one", "one: acquire a", "main: acquire b"}


def with_condition(one: Statement, two: Statement) -> Truth:
    """Workers `one` and `two`, and a flag `ready` that belongs to the lock `c`."""
    program = Program(
        (Lock(A), Lock(C)),
        (Variable("count"),),
        (Procedure("first", (one,)), Procedure("second", (two,)), Procedure("main", (Start("one"), Start("two")))),
        (Worker("one", "first"), Worker("two", "second")),
        (Channel("ready", condition=C),),
    )
    assert explore(program).outcomes() == explore(program, shortcuts=False).outcomes()
    return explore(program)


def test_waiting_on_a_condition_gives_its_lock_back_and_orders_what_follows() -> None:
    result = with_condition(under(C, Await("ready"), COUNT), under(C, COUNT, Signal("ready")))
    assert result.outcomes() == Truth().outcomes()


def test_waiting_on_a_condition_keeps_the_other_locks() -> None:
    result = with_condition(under(A, under(C, Await("ready"))), under(A, under(C, Signal("ready"))))
    assert (result.waits, result.cycles) == ({frozenset({A})}, set())


def test_waking_up_takes_part_in_a_ring_of_locks() -> None:
    result = with_condition(under(A, under(C, Await("ready"))), under(C, Signal("ready"), nested(A)))
    assert result.cycles == {frozenset({A, C})}


def with_executor(workers: int, outer: tuple[Statement, ...], *, copies: int = 1, other: int = 0) -> Truth:
    """Copies of an outer task, each of which may submit an inner one that needs the lock `a`, to its own executor or,
    if there is one, to another."""
    outers = Worker("outer", "first", copies=copies, executor="pool")
    inners = Worker("inner", "second", executor="spare" if other else "pool", parents=outers.instances)
    executors = (Executor("pool", workers), *([Executor("spare", other)] if other else []))
    main = (Submit("outer"), Result("outer"))
    procedures = (Procedure("first", outer), Procedure("second", (nested(A),)), Procedure("main", main))
    program = Program((Lock(A), Lock(B)), (Variable("count"),), procedures, (outers, inners), executors=executors)
    assert explore(program).outcomes() == explore(program, shortcuts=False).outcomes()
    return explore(program)


def test_a_task_that_waits_for_its_own_pool_needs_a_free_worker() -> None:
    waits = (Submit("inner"), Result("inner"))
    assert with_executor(1, waits).pools == {"pool"}
    assert not with_executor(2, waits).pools
    assert with_executor(2, waits, copies=2).pools == {"pool"}
    assert not with_executor(3, waits, copies=2).pools


def test_a_task_may_wait_for_another_pool_or_not_at_all() -> None:
    assert not with_executor(1, (Submit("inner"), Result("inner")), other=1).pools
    assert not with_executor(1, (Submit("inner"),)).pools
    assert not with_executor(1, (Submit("inner"), Glance("inner"))).pools


def test_a_result_under_a_lock_that_the_task_needs_deadlocks() -> None:
    result = with_executor(2, (Submit("inner"), under(A, Result("inner"))))
    assert (result.waits, result.pools) == ({frozenset({A})}, set())


def test_a_task_that_waits_in_the_queue_behind_a_blocked_one_is_in_its_ring() -> None:
    holds = (under(A, Submit("inner"), Result("inner")),)
    result = with_executor(2, holds, copies=2)
    assert (result.waits, result.pools) == ({frozenset({A}), frozenset({A, "pool"})}, set())


def test_what_stands_in_the_queue_behind_a_task_stuck_for_its_own_reasons_is_no_other_trouble() -> None:
    tries = (Submit("inner"), Branch((nested(B, B),), (Result("inner"),)))
    result = with_executor(2, tries, copies=2)
    assert (result.selves, result.waits) == ({B}, set())


def with_tasks(task: tuple[Statement, ...], *after: Statement, copies: int = 1) -> Truth:
    """Copies of a task in a pool with room for all, what main does once it has submitted them, and a thread beside."""
    tasks = Worker("task", "first", copies=copies, executor="pool")
    procedures = (
        Procedure("first", task), Procedure("second", (COUNT,)),
        Procedure("main", (Start("beside"), Submit("task"), *after)),
    )  # fmt: skip
    program = Program(
        (Lock(A), Lock(B)), (Variable("count"),), procedures, (tasks, Worker("beside", "second")), (),
        (Executor("pool", copies),),
    )  # fmt: skip
    assert explore(program).outcomes() == explore(program, shortcuts=False).outcomes()
    return explore(program)


def test_what_a_task_raises_is_raised_where_its_result_is_asked_for() -> None:
    assert not with_tasks((Fail(),), Result("task"), COUNT).lost
    assert not with_tasks((Fail(),), Result("task", Gather.COMPLETED), COUNT).lost
    assert with_tasks((Branch((Fail(),)),), Result("task"), COUNT).lost
    assert with_tasks((Fail(),), Result("task", catches=True), COUNT).lost
    assert with_tasks((Fail(),), Result("task", Gather.WAIT), COUNT).lost
    assert with_tasks((Fail(),), COUNT).lost


def test_what_a_task_raises_ends_it_and_gives_its_locks_back() -> None:
    assert not with_tasks((under(A, Fail()),), Result("task", Gather.WAIT), nested(A)).selves
    assert not with_tasks((under(A, Fail()),), Result("task", Gather.WAIT), nested(A)).waits


@pytest.mark.parametrize("how", Gather)
def test_waiting_for_several_tasks_under_a_lock_that_they_need_deadlocks(how: Gather) -> None:
    assert with_tasks((nested(A),), under(A, Result("task", how)), copies=2).waits == {frozenset({A})}
    assert not with_tasks((nested(B),), under(A, Result("task", how)), copies=2).waits


def test_an_attempt_without_finally_leaks_when_something_is_raised() -> None:
    def one(how: How) -> tuple[Statement, ...]:
        return (Attempt(A, (Branch((Fail(),)),), how=how),)

    assert truth(one=one(How.BARE)).leaks == {A}
    assert not truth(one=one(How.IF)).leaks


@pytest.mark.parametrize(
    ("form", "leaving", "leaks"),
    [
        (Form.BARE, Return(), True), (Form.BARE, Fail(), True), (Form.LEAKY, Return(), False),
        (Form.LEAKY, Fail(), True), (Form.HANDLER, Return(), True), (Form.HANDLER, Fail(), False),
        (Form.FINALLY, Return(), False), (Form.WITH, Fail(), False),
    ],
)  # fmt: skip
def test_which_ways_out_of_which_section_leave_it_taken(form: Form, leaving: Statement, leaks: bool) -> None:
    result = truth(one=(under(A, Branch((leaving,)), form=form), COUNT))
    assert result.leaks == ({A} if leaks else set())


def test_a_procedure_that_nobody_calls_leaks_all_the_same() -> None:
    assert truth((), one=(under(A, Fail(), form=Form.BARE),)).leaks == {A}


def test_a_ring_through_a_signal_may_be_long() -> None:
    main = (Start("one"), Start("two"), under(B, nested(A)), Signal("ready"))
    assert truth(main, one=(under(A, Await("ready")),), two=(nested(B),)).waits == {frozenset({A})}
    further = (Start("one"), Start("two"), nested(B), Signal("ready"))
    result = truth(further, one=(under(A, Await("ready")),), two=(nested(B, A),))
    assert frozenset({A, B}) in result.waits


def test_semaphores_of_one_permit_deadlock_like_locks() -> None:
    assert truth(one=(nested(A, B),), two=(nested(B, A),), permits=1).cycles == {frozenset({A, B})}
    assert truth((nested(A, A),), permits=1).selves == {A}


def test_a_second_permit_lets_a_second_thread_in() -> None:
    assert not truth(one=(nested(A, B),), two=(nested(B, A),), permits=2).cycles
    assert truth(one=(under(A, COUNT),), two=(under(A, COUNT),), permits=2).lost == {"count"}


def test_who_waits_at_a_barrier_under_a_lock_keeps_out_who_needs_it() -> None:
    meeting = under(A, Await("ready"))
    assert truth(one=(meeting,), two=(under(A, COUNT), Await("ready")), parties=2).waits == {frozenset({A})}
    assert not truth(one=(meeting,), two=(Await("ready"), under(A, COUNT)), parties=2).waits


def test_nobody_passes_a_barrier_before_all_have_come() -> None:
    one, two = (COUNT, Await("ready")), (Await("ready"), COUNT)
    assert not truth(one=one, two=two, parties=2).lost
    assert truth(one=one, two=(COUNT, Await("ready")), parties=2).lost == {"count"}
