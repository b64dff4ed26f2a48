"""The catalogue: every rule there is or will be, as users were promised it. A code or a name is never reused."""
from __future__ import annotations

CATALOGUE = """
[deadlocks]
THR101 lock-order-inversion
THR102 self-deadlock
THR103 wait-for-lock-holder
THR104 same-class-lock-order
THR105 pool-waits-for-itself
THR106 lock-in-finalizer
THR107 lock-in-signal-handler
THR108 callback-under-lock
THR109 wait-holding-another-lock
THR110 lock-order-declared
THR111 import-waits-for-thread
[locks]
THR120 lock-not-released
THR121 release-not-in-finally
THR122 context-manager-leaks-lock
THR123 acquire-result-ignored
THR124 timeout-passed-as-blocking
THR125 with-acquire
THR126 release-unheld
THR127 lock-not-shared
THR128 lock-replaced
THR129 lock-shared-by-default
THR130 locked-then-acquire
THR131 lock-misread
THR132 empty-critical-section strict
THR133 lock-held-at-yield
THR134 override-drops-lock
THR135 lock-copied
THR136 lock-created-lazily
[sharing]
THR201 unlocked-global-mutation
THR202 unlocked-attribute-mutation
THR203 inconsistent-guard
THR204 check-then-act
THR205 unlocked-lazy-init
THR206 broken-double-checked-lock
THR207 iterate-shared-container
THR208 different-locks
THR209 wrong-lock-scope
THR210 published-before-filled
THR211 thread-started-before-init
THR212 guarded-by-violated
THR213 requires-lock-violated
THR214 guarded-reference-escapes strict
THR215 split-critical-section
THR216 torn-pair strict
THR217 loop-variable-captured
THR218 unlocked-closure-mutation
THR219 shared-generator
THR220 confined-object-shared
THR221 thread-local-set-once
THR222 thread-local-per-call
THR223 process-state-changed-in-thread
THR224 class-state-through-self
THR225 mutated-after-hand-over strict
THR226 thread-ident-as-key strict
THR228 setdefault-result-ignored strict
[lifecycle]
THR301 thread-not-joined
THR302 thread-never-started
THR303 target-called
THR304 run-called-directly
THR305 args-not-a-tuple
THR306 thread-without-target
THR307 missing-super-init
THR308 reserved-thread-attribute
THR309 impossible-thread-call
THR310 start-result-used
THR311 join-in-start-loop
THR312 join-timeout-unchecked
THR313 daemon-holds-resource
THR314 executor-not-shut-down
THR315 executor-per-call
THR316 timer-not-cancelled
THR317 stopped-too-late
THR318 unbounded-threads
THR319 low-level-thread
THR320 thread-started-at-import strict
THR321 worker-cannot-stop
THR322 deprecated-thread-name
THR323 target-signature-mismatch
[failures]
THR401 swallowed-thread-exception
THR402 worker-dies-silently
THR403 future-never-read
THR404 map-never-read
THR405 wait-without-reading
THR406 exit-in-thread
THR407 catching-around-start
THR408 assertion-lost-in-thread
THR409 coroutine-future-dropped
[throughput]
THR501 cpu-bound-thread
THR502 thread-for-tiny-task
THR503 busy-wait
THR505 lock-in-hot-loop strict
THR506 blocking-under-lock
THR507 long-critical-section strict
[handoffs]
THR601 wait-outside-loop
THR602 condition-not-held
THR603 never-notified
THR604 event-result-ignored
THR605 event-race
THR607 semaphore-imbalance
THR608 barrier-party-mismatch
THR609 queue-check-then-act
THR610 task-done-missing
THR612 consumer-never-told
THR613 notify-wakes-one strict
THR614 predicate-not-callable
THR615 bounded-queue-cycle
THR616 consumer-never-waits
THR617 pipe-never-drained
[mixtures]
THR701 lock-held-across-await
THR702 blocking-call-in-coroutine
THR703 loop-touched-from-thread
THR704 loop-waits-for-itself
THR706 fork-with-threads
THR707 thread-primitive-in-process
THR708 signal-outside-main-thread
THR709 gui-outside-main-thread
THR710 context-not-inherited strict
THR711 coroutine-as-target
[freethreading]
THR801 gil-dependent-operation ft
THR802 gil-check
THR803 cache-runs-twice
[housekeeping]
THR900 unreadable-file
THR901 unused-suppression
THR902 internal-error
THR903 unknown-rule-in-suppression
"""


def promised() -> dict[str, tuple[str, str, str]]:
    """Name, tier and family of each code."""
    rules: dict[str, tuple[str, str, str]] = {}
    family = ""
    for line in CATALOGUE.split("\n"):
        if line.startswith("["):
            family = line.strip("[]")
        elif line:
            code, name, *tier = line.split()
            rules[code] = (name, tier[0] if tier else "on", family)
    return rules
