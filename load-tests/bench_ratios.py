#!/usr/bin/env python3
"""Runs earshot-bench and holds the ratios of the matchers to their bars.

Absolute figures differ from machine to machine; ratios within one run do not, so only they have bars. Many short
repetitions are taken in random order, and the least of each are compared: what a neighbour on the machine does only adds.
Ends with 0 if every bar is held, else with 1.
"""
import argparse
import json
import pathlib
import subprocess
import sys


def main():
    arguments = parse_arguments()
    figures = run(arguments.bench, arguments.repetitions)
    rows = ratios(figures)
    width = max(len(name) for name, *_ in rows)
    print(f"{'':<{width}}  {'here':>7}  {'aim':>5}  {'bar':>5}")
    for name, value, aim, bar in rows:
        print(f"{name:<{width}}  {value:7.3f}  {aim:5g}  {bar:5g}  {verdict(value, aim, bar)}")
    sys.exit(0 if all(value <= bar for _, value, _, bar in rows) else 1)


def parse_arguments():
    build = pathlib.Path(__file__).resolve().parent.parent / "build" / "release" / "bin" / "earshot-bench"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", type=pathlib.Path, default=build, help="the program (default: %(default)s)")
    parser.add_argument("--repetitions", type=int, default=25, help="runs of each benchmark (default: %(default)s)")
    return parser.parse_args()


def run(bench, repetitions):
    """The least of every counter: {(benchmark, counter): value}."""
    command = [bench, "--benchmark_filter=^(fold_and_hash|hear|build|(search|loop_over)_patterns)", f"--benchmark_repetitions={repetitions}",
               "--benchmark_enable_random_interleaving=true", "--benchmark_min_time=0.01", "--benchmark_format=json"]
    report = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    samples = {}
    for row in report["benchmarks"]:
        if row["run_type"] != "iteration":
            continue
        for counter, value in row.items():
            if isinstance(value, float):
                samples.setdefault((row["run_name"], counter), []).append(value)
    return {key: min(values) for key, values in samples.items()}


def ratios(figures):
    """Rows of (what, ratio, what it aims at, what it must hold)."""

    def words(benchmark):
        return figures[benchmark, "ns_per_word"]

    def over(benchmark, other):
        return words(benchmark) / words(other)

    return [
        *((f"exact, {count} phrases: ns/word over fold-and-hash", over(f"hear/exact/{count}", "fold_and_hash"), 3, 5)
          for count in (100, 1000, 5000)),
        ("exact: ns/word at 5000 phrases over 100", over("hear/exact/5000", "hear/exact/100"), 2, 2),
        *((f"{count} phrases: ns/word of inflected over exact", over(f"hear/inflected/{count}", f"hear/exact/{count}"), 2, 2)
          for count in (100, 1000, 5000)),
        *((f"exact: KB a phrase at {count}", figures[f"build/exact/{count}", "bytes_per_phrase"] / 1024, bar, bar)
          for count, bar in ((200, 0.35), (5000, 0.25))),
        ("exact, 5000 phrases: allocations a chunk", figures["hear/exact/5000", "allocations_per_chunk"], 0, 0),
        *((f"patterns, {count}, {what} chunk: ns over running each",
           figures[f"search_patterns/{what}/{count}", "ns_per_chunk"] / figures[f"loop_over_patterns/{what}/{count}", "ns_per_chunk"],
           aim, bar)
          for what, count, aim, bar in (("quiet", 1, 1.2, 1.5), ("quiet", 10, 0.3, 0.6), ("quiet", 500, 0.01, 0.03),
                                        ("matching", 500, 0.03, 0.08))),
        ("patterns, 500, quiet chunk: allocations", figures["search_patterns/quiet/500", "allocations_per_chunk"], 0, 0),
    ]


def verdict(value, aim, bar):
    if value > bar:
        return "short of the bar"
    return "PASS" if value <= aim else "PASS, short of the aim"


if __name__ == "__main__":
    main()
