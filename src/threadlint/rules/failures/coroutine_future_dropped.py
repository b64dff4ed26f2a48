"""The result of `run_coroutine_threadsafe` is dropped, and with it what the coroutine raises.

## Why it hurts

The coroutine runs on the loop's thread; what it raises is kept in the `concurrent.futures.Future` that the call
gives. Unlike a task's, an exception in it is not even logged.

## Example

```python
import asyncio
import threading

loop = asyncio.new_event_loop()
threading.Thread(target=loop.run_forever, daemon=True).start()


async def ping(host):
    reader, writer = await asyncio.open_connection(host, 7)
    writer.close()


asyncio.run_coroutine_threadsafe(ping("localhost"), loop)  # expect: THR409
```

## Instead

```python
import asyncio
import threading

loop = asyncio.new_event_loop()
threading.Thread(target=loop.run_forever, daemon=True).start()


async def ping(host):
    reader, writer = await asyncio.open_connection(host, 7)
    writer.close()


asyncio.run_coroutine_threadsafe(ping("localhost"), loop).result()
```

## Stays silent when

- the future is kept and read, given a callback, returned or passed on;
- the coroutine catches and logs what it raises.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.execution import execution
from ...analyses.failures.exceptions import failures
from ...analyses.lifecycle.thread_code import is_test
from ...analyses.lifecycle.uses import uses
from ...model import facts as f
from ...model.finding import Confidence, Finding, Rule
from ...program.program import Program
from ...program.symbols import dotted
from ...program.values import Fn

RULE = Rule("THR409", "coroutine-future-dropped")

_READING = ("result", "exception", "add_done_callback", "cancel", "done")


def check(program: Program) -> Iterator[Finding]:
    """A finding for each such call whose future nobody reads."""
    may, fates = program.ask(failures), program.ask(uses)
    for event in program.ask(execution).calls("asyncio.run_coroutine_threadsafe"):
        call, function = event.detail.node, event.function
        if not isinstance(call, f.Call):
            continue
        fate = fates.of(function, call)
        if (
            fate.escapes
            or fate.called(*_READING)
            or any(kind != "local" or name.startswith("_") for kind, name, _ in fate.homes)
        ):
            continue
        coroutine = call.args[0].value if call.args else None
        targets: list[Fn] = []
        if isinstance(coroutine, f.Call):
            targets = [value for value in may.callees(coroutine, function) if isinstance(value, Fn)]
        if targets and not any(may.may_fail(fn.function) for fn in targets):
            continue
        name = dotted(coroutine.func) if isinstance(coroutine, f.Call) else None
        yield RULE.finding(
            program.place(function, event.at),
            f"if {f'`{name}`' if name else 'the coroutine'} fails nobody will know: its future is dropped",
            subjects=(f"{function.module.name}.{name or 'coroutine'}",),
            scope=function.qualname,
            help="call `result()` on the future, or give it a done-callback",
            confidence=Confidence.LOW if is_test(function) else Confidence.MEDIUM,
        )
