"""`python -m tests.oracle`: score threadlint against the exact truth about random programs."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

from .cases import THEMES, Case, make_case
from .explorer import QUESTIONS
from .judging import threadlint_judge
from .layout import ALL_STYLES
from .scoring import Miss, score, spelled


def _show(miss: Miss) -> None:
    case = miss.case
    print(f"\n{'=' * 100}\n{miss.headline}")
    truth = ((question, getattr(case.truth, question)) for question in QUESTIONS)
    told = (f"{question} {sorted(map(spelled, items))}" for question, items in truth if items)
    print("truth: " + (", ".join(told) or "nothing happens"))
    witness = make_case(case.seed, case.layout.style, case.theme, witnesses=True).truth.witnesses
    for about, steps in witness.items():
        if miss.about in str(about) or all(part in str(about) for part in miss.about.split(" + ")):
            print("one schedule: " + " · ".join(steps))
    for name, text in case.files.items():
        print(f"----- {name}\n{text}")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.oracle", description=__doc__)
    parser.add_argument("--programs", type=int, default=300, help="how many programs")
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--style", choices=ALL_STYLES, help="one style only; else seeds go round all of the theme's")
    parser.add_argument("--theme", choices=THEMES, default="usual", help="what the programs are about")
    parser.add_argument("--question", choices=QUESTIONS, help="show disagreements about this question only")
    parser.add_argument(
        "--show", type=int, default=0, metavar="N", help="print the programs of the first N disagreements"
    )
    parser.add_argument(
        "--list", type=int, default=30, metavar="N", help="list the first N disagreements, one line each"
    )
    parser.add_argument("--print", action="store_true", help="only print the programs and what is true about them")
    options = parser.parse_args()
    seeds = range(options.seed, options.seed + options.programs)

    def cases() -> Iterator[Case]:
        for seed in seeds:
            yield make_case(seed, options.style, options.theme)

    if options.print:
        for case in cases():
            _show(Miss(case, "program", "", False))
        return
    began = time.perf_counter()
    result = score(cases(), threadlint_judge())
    took = time.perf_counter() - began
    print(result.table())
    misses = [m for m in result.misses if options.question in (None, m.question)]
    for miss in misses[: options.list]:
        print(miss.headline)
    if len(misses) > options.list:
        print(f"... and {len(misses) - options.list} more (--list)")
    for about, count in result.vague.most_common(10):
        print(f"VAGUE {count} times: {about}")
    for seed, failure in result.crashes[:10]:
        print(f"CRASH seed {seed}: {failure}")
    print("codes heard:", ", ".join(f"{code} {count}" for code, count in sorted(result.codes.items())))
    print(f"{result.programs} programs in {took:.1f} s, {result.programs / took:.0f} a second")
    for miss in misses[: options.show]:
        _show(miss)


if __name__ == "__main__":
    main()
