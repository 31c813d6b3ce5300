#!/usr/bin/env python3
"""usage: junit_counts.py [--failed] FILE

Reads what `ctest --output-junit FILE` wrote and prints four numbers: tests, passed, failed, skipped. A test that could not be
run has failed; one that was skipped by its own word has not. Without a readable FILE: four zeros.

  --failed  print the names of the failed ones instead, one a line
"""

import sys
import xml.etree.ElementTree as ElementTree

# How CTest words that a test itself asked to be skipped; anything else that was not run is a failure.
SKIPPED_BY_ITSELF = ("SKIP_RETURN_CODE", "SKIP_REGULAR_EXPRESSION")


def outcome(case: ElementTree.Element) -> str:
    status = case.get("status", "")
    if status == "run" and case.find("failure") is None:
        return "passed"
    if status == "disabled":
        return "skipped"
    skipped = case.find("skipped")
    if skipped is not None and skipped.get("message", "").startswith(SKIPPED_BY_ITSELF):
        return "skipped"
    return "failed"


def read(path: str) -> list[tuple[str, str]]:
    try:
        root = ElementTree.parse(path).getroot()
    except (OSError, ElementTree.ParseError):
        return []
    return [(case.get("name", "?"), outcome(case)) for case in root.iter("testcase")]


def main() -> int:
    arguments = sys.argv[1:]
    if len(arguments) not in (1, 2) or arguments[0] in ("-h", "--help"):
        print(__doc__.strip())
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    cases = read(arguments[-1])
    if arguments[0] == "--failed":
        print("\n".join(name for name, result in cases if result == "failed"))
    else:
        results = [result for _, result in cases]
        print(len(results), results.count("passed"), results.count("failed"), results.count("skipped"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
