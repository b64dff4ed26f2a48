"""What library calls do to locks, threads and pools while an activation runs."""
from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ...knowledge.handing import GIVING, POLLING, WAITING
from ...knowledge.locks import LOCKS
from ...knowledge.threads import COMPLETING, CONSTRUCTORS, SUBMITTERS
from ...knowledge.types import POOLS, PROCESS_POOLS, QUEUES
from ...model import facts as f
from ...program.evaluate import Arguments
from ...program.symbols import Class
from ...program.values import UNKNOWN, Address, Fn, Lit, Obj, Partial, Values, union
from .done_callbacks import REGISTERS, call_if_done, call_registered, may_be_of_a_loop
from .events import UNKNOWN_LOCK_TYPE, UNTIMED, Acquire, Hold, Spawn, lock_of, takes_again, task_of
from .handing_over import take as take_out
from .marks import done, submitted, taken_again

if TYPE_CHECKING:
    from .frame import ActiveFrame

Action = Callable[["ActiveFrame", str, "Obj | None", Arguments, f.Expr, Values], Values]


def acquisition_mode(arguments: Arguments) -> str:
    """acquire (waits for ever), try (does not wait), timed (may give up), from the arguments of `acquire`."""
    blocking = arguments.get(0, "blocking")
    if blocking is None:
        blocking = arguments.get(None, "block")
    timeout = arguments.get(1, "timeout")
    if blocking is not None:
        if blocking == (Lit(False),) or blocking == (Lit(0),):
            return "try"
        if blocking not in ((Lit(True),), (Lit(1),)) and not isinstance(arguments.expr(0, "blocking"), f.Const):
            return "timed"
    if timeout is not None and timeout not in ((Lit(-1),), (Lit(None),)):
        return "timed"
    return "timed" if arguments.open else "acquire"


def take(frame: ActiveFrame, obj: Obj, at: f.Span, how: str, through: Address | None = None) -> Hold:
    """Note an acquisition; one that cannot fail is held from now on."""
    hold = frame.explorer.hold(frame.activation, obj, at, how, through)
    frame.note("acquire", at, hold.lock, Acquire(obj, how, hold))
    if how in UNTIMED:
        if takes_again(hold, frame.state.held):
            frame.state.ended |= {taken_again(hold.lock)}
        frame.state.held = (*frame.state.held, hold)
    return hold


def _acquire(
    frame: ActiveFrame, name: str, lock: Obj | None, arguments: Arguments, node: f.Expr, result: Values
) -> Values:
    assert lock is not None
    how = acquisition_mode(arguments)
    hold = take(frame, lock, node.at, how)
    if how in UNTIMED:
        return (Lit(True),)
    if not frame.used:
        frame.state.held = (*frame.state.held, hold)
    frame.explorer.tried[node.at, frame.function] = hold
    return UNKNOWN


def _release(
    frame: ActiveFrame, name: str, lock: Obj | None, arguments: Arguments, node: f.Expr, result: Values
) -> Values:
    assert lock is not None
    address = lock_of(lock).address
    frame.note("release", node.at, address, frame.state.holds(address))
    frame.state.release(address)
    return UNKNOWN


def _enter(
    frame: ActiveFrame, name: str, lock: Obj | None, arguments: Arguments, node: f.Expr, result: Values
) -> Values:
    assert lock is not None
    take(frame, lock, node.at, "acquire")
    return (Lit(True),)


def _start(
    frame: ActiveFrame, name: str, thread: Obj | None, arguments: Arguments, node: f.Expr, result: Values
) -> Values:
    if thread is None:
        return UNKNOWN
    many = thread.address.many and thread.address not in frame.fresh
    frame.explorer.started(frame, thread)
    spawner = CONSTRUCTORS[name.removesuffix(".start")]
    targets = frame.explorer.made_within(frame.activation, thread)
    frame.note("spawn", node.at, thread.address, Spawn(targets, thread, spawner.thread, many, spawner.domain))
    if spawner.domain == "thread":
        frame.state.running |= {thread.address}
        frame.state.ended -= {thread.address}
    return (Lit(None),)


def _join(
    frame: ActiveFrame, name: str, thread: Obj | None, arguments: Arguments, node: f.Expr, result: Values
) -> Values:
    timeout = arguments.get(0, "timeout")
    if thread is None or (timeout is not None and timeout != (Lit(None),)):
        return (Lit(None),)
    end(frame, thread.address)
    return (Lit(None),)


def end(frame: ActiveFrame, address: Address) -> None:
    """The thread or task at an address has surely ended, unless the address stands for several of which this waits
    for one only."""
    state = frame.state
    several = address.many or address.kind == "element"
    if several and address not in frame.fresh and not any(address in each for each in frame.iterated):
        return
    state.running -= {address}
    state.ended |= {address}


def _submit(
    frame: ActiveFrame, name: str, pool: Obj | None, arguments: Arguments, node: f.Expr, result: Values
) -> Values:
    spawner = SUBMITTERS[name]
    given = arguments.get(spawner.target, spawner.keyword)
    if given is None:
        return result
    passed = Arguments()
    if spawner.args == "rest":
        passed = Arguments(arguments.positional[spawner.target + 1 :], arguments.keywords)
    elif spawner.args is None and spawner.many:
        sources = arguments.positional[spawner.target + 1 :]
        passed = Arguments(tuple(frame.evaluator.elements_of(source) for source in sources))
    elif isinstance(spawner.args, int):
        passed = spread(frame, arguments.get(spawner.args, "args"), arguments.get(None, "kwds"))
    futures = [value for value in result if isinstance(value, Obj)]
    base = pool.address if pool is not None else Address("site", None, (frame.function.module.name, node.at[0]))
    task = futures[0].address if futures else task_of(base, node)
    if pool is not None and pool.type in POOLS:
        frame.explorer.pool_of[task] = pool.address
    targets = callables(given, passed)
    for values in (*arguments.positional, *(values for _, values in arguments.keywords)):
        frame.escape(values)
    obj = futures[0] if futures else pool or Obj(name, task)
    frame.note("spawn", node.at, task, Spawn(targets, obj, spawner.thread, spawner.many, spawner.domain))
    if spawner.domain == "thread":
        frame.state.running |= {task}
        frame.state.ended -= {task}
        if spawner.many:  # the call may wait for the tasks that it makes
            frame.note("call", node.at, name, key=pool)
        else:
            frame.state.ended |= {submitted(task)}
    return result


def spread(frame: ActiveFrame, args: Values | None, kwargs: Values | None) -> Arguments:
    """The arguments that `args=(…)`, `kwargs={…}` stand for."""
    from ...program.values import Pack

    positional: tuple[Values, ...] = ()
    for value in args or ():
        if isinstance(value, Pack):
            positional = value.items
        elif isinstance(value, Obj):
            positional = (frame.evaluator.elements_of((value,)),)
    return Arguments(positional)


def callables(values: Values, passed: Arguments) -> tuple[tuple[Fn, Arguments], ...]:
    """Functions of the program among values, with their arguments; partials are opened."""
    found: list[tuple[Fn, Arguments]] = []
    for value in values:
        arguments = passed
        while isinstance(value, Partial):
            arguments = arguments._replace(
                positional=value.args + arguments.positional, keywords=value.keywords + arguments.keywords, node=None
            )
            value = value.function
        if isinstance(value, Fn):
            found.append((value, arguments))
    return tuple(found)


def _result(
    frame: ActiveFrame, name: str, future: Obj | None, arguments: Arguments, node: f.Expr, result: Values
) -> Values:
    timeout = arguments.get(0, "timeout")
    if future is not None and (timeout is None or timeout == (Lit(None),)):
        end(frame, future.address)
        if future.address in frame.state.ended:
            frame.state.ended |= {done(future.address)}
    return result


def _add_done_callback(
    frame: ActiveFrame, name: str, future: Obj | None, arguments: Arguments, node: f.Expr, result: Values
) -> Values:
    if may_be_of_a_loop(frame, node):
        return result
    call_if_done(frame, future, arguments, node)
    return _submit(frame, name, future, arguments, node, result)


def _complete(
    frame: ActiveFrame, name: str, future: Obj | None, arguments: Arguments, node: f.Expr, result: Values
) -> Values:
    for values in arguments.positional:
        frame.escape(values)
    call_registered(frame, future, node)
    return result


def _wait(
    frame: ActiveFrame, name: str, receiver: Obj | None, arguments: Arguments, node: f.Expr, result: Values
) -> Values:
    if arguments.get(1, "timeout") is None and arguments.get(2, "return_when") is None and arguments.positional:
        end_of_each(frame, arguments.positional[0])
    return result


def end_of_each(frame: ActiveFrame, futures: Values) -> None:
    """All the tasks have ended whose futures are in a container."""
    tasks = {value.address for value in frame.evaluator.elements_of(futures) if isinstance(value, Obj)}
    frame.state.running -= tasks
    frame.state.ended |= {*tasks, *(done(task) for task in tasks if submitted(task) in frame.state.ended)}


def _shutdown(
    frame: ActiveFrame, name: str, pool: Obj | None, arguments: Arguments, node: f.Expr, result: Values
) -> Values:
    if pool is not None and arguments.get(0, "wait") in (None, (Lit(True),)):
        close_pool(frame, pool.address)
    return result


def close_pool(frame: ActiveFrame, pool: Address) -> None:
    """Every task of the pool has ended."""
    tasks = {task for task in frame.state.running if frame.explorer.pool_of.get(task) is pool}
    frame.state.running -= tasks
    frame.state.ended |= {pool, *tasks, *(done(task) for task in tasks if submitted(task) in frame.state.ended)}


def _enter_context(
    frame: ActiveFrame, name: str, stack: Obj | None, arguments: Arguments, node: f.Expr, result: Values
) -> Values:
    found: Values = UNKNOWN
    for value in arguments.positional[0] if arguments.positional else ():
        if isinstance(value, Obj) and stack is not None:
            if frame.lockish(value):
                take(frame, value, node.at, "with", stack.address)
            elif isinstance(value.type, Class):
                method = frame.explorer.program.hierarchy.find(value.type, "__enter__")
                if method is not None:
                    found = union(found, frame.enter(Fn(method, value), Arguments(), node, None))
                    continue
            elif value.type == "a context manager made by a generator":
                before = frame.state.held
                found = union(found, frame.explorer.enter_generator(frame, value, node, []))
                frame.state.held = tuple(
                    hold if hold in before else Hold(hold.obj, hold.at, hold.how, hold.activation, stack.address)
                    for hold in frame.state.held
                )
                continue
        found = union(found, (value,))
    return found


def _thread_init(
    frame: ActiveFrame, name: str, thread: Obj | None, arguments: Arguments, node: f.Expr, result: Values
) -> Values:
    if thread is None and arguments.positional:  # Thread.__init__(self, …)
        thread = next((value for value in arguments.positional[0] if isinstance(value, Obj)), None)
        arguments = arguments._replace(positional=arguments.positional[1:])
    if thread is not None:
        frame.explorer.constructed(thread, arguments, node, frame, name.removesuffix(".__init__"))
    return result


def _run(
    frame: ActiveFrame, name: str, thread: Obj | None, arguments: Arguments, node: f.Expr, result: Values
) -> Values:
    if thread is not None:
        for target, passed in frame.explorer.targets_of(thread):
            frame.enter(target, passed, node, None)
    return result



def _give(
    frame: ActiveFrame, name: str, signal: Obj | None, arguments: Arguments, node: f.Expr, result: Values
) -> Values:
    if signal is not None:
        for values in arguments.positional[:1]:
            frame.explorer.passing.put(frame, signal.address, values)
        frame.state.running |= {signal.address}
    return result


def _wait_for_signal(
    frame: ActiveFrame, name: str, signal: Obj | None, arguments: Arguments, node: f.Expr, result: Values
) -> Values:
    timed = name == "threading.Event.wait" and arguments.get(0, "timeout") not in (None, (Lit(None),))
    if signal is not None and not timed:
        frame.state.ended |= {signal.address}
    if signal is not None and signal.type in QUEUES:
        take_out(frame, signal.address, result)
    return result


def _poll(
    frame: ActiveFrame, name: str, queue: Obj | None, arguments: Arguments, node: f.Expr, result: Values
) -> Values:
    if queue is not None:
        take_out(frame, queue.address, result)
    return result


def _wait_for_flag(
    frame: ActiveFrame, name: str, condition: Obj | None, arguments: Arguments, node: f.Expr, result: Values
) -> Values:
    """`condition.wait_for(lambda: flag)`: when it is over, the flag has been set."""
    predicate = node.args[0].value if isinstance(node, f.Call) and len(node.args) == 1 else None
    body = frame.function.module.functions[predicate.function].facts.body if isinstance(predicate, f.Lambda) else ()
    told = body[0].value if body and isinstance(body[0], f.Return) else None
    if isinstance(told, (f.Name, f.Attr)) and isinstance(node, f.Call) and frame.state is not None:
        frame.explorer.awaits(frame, told, node, frame.state)
    return result


ACTIONS: dict[str, Action] = {
    "threading.Condition.wait_for": _wait_for_flag,
    "lock.acquire": _acquire,
    "lock.release": _release,
    "lock.__enter__": _enter,
    "lock.__exit__": _release,
    UNKNOWN_LOCK_TYPE + ".acquire": _acquire,
    UNKNOWN_LOCK_TYPE + ".release": _release,
    "concurrent.futures.Future.result": _result,
    "concurrent.futures.Future.exception": _result,
    "multiprocessing.pool.AsyncResult.get": _result,
    "multiprocessing.pool.AsyncResult.wait": _result,
    "concurrent.futures.wait": _wait,
    "contextlib.ExitStack.enter_context": _enter_context,
    "contextlib.AsyncExitStack.enter_context": _enter_context,
}
ACTIONS.update({f"{lock}.acquire": _acquire for lock in LOCKS})
ACTIONS.update({f"{lock}.release": _release for lock in LOCKS})
ACTIONS.update({f"{lock}.__enter__": _enter for lock in LOCKS})
ACTIONS.update({f"{lock}.__exit__": _release for lock in LOCKS})
for _kind in CONSTRUCTORS:
    ACTIONS[f"{_kind}.start"] = _start
    ACTIONS[f"{_kind}.join"] = _join
    ACTIONS[f"{_kind}.run"] = _run
    ACTIONS[f"{_kind}.__init__"] = _thread_init
for _name in GIVING:
    ACTIONS[_name] = _give
for _name in WAITING:
    ACTIONS[_name] = _wait_for_signal
for _name in POLLING:
    ACTIONS[_name] = _poll
for _name in SUBMITTERS:
    ACTIONS[_name] = _submit
ACTIONS[f"concurrent.futures.Future.{REGISTERS}"] = _add_done_callback
ACTIONS.update({f"concurrent.futures.Future.{name}": _complete for name in COMPLETING})
for _pool in POOLS | PROCESS_POOLS:
    ACTIONS[f"{_pool}.shutdown"] = _shutdown
    ACTIONS[f"{_pool}.join"] = _shutdown
