#!/usr/bin/env python3
"""usage: check_layering.py [--self-test] [ROOT]

Holds the includes of every module to the arrows of docs/architecture.md, and keeps threads, clocks, files and networking
out of the core. Prints a line for each violation and exits with 1 if there is one.

  --self-test  plant violations of every kind in a copy of nothing, and fail unless each is found
  ROOT         the repository (default: the one of this script)
"""

import re
import sys
import tempfile
from pathlib import Path

# Who may include whom, besides itself.
LAYERS = {
    "base": [],
    "text": ["base"],
    "match": ["base", "text"],
    "detect": ["base", "text", "match"],
    "semantic": ["base", "text", "match", "detect"],
    "encoder": ["base", "text", "match", "detect", "semantic"],
    "proto": ["base", "text", "match", "detect"],
    "session": ["base", "text", "match", "detect", "proto"],
    "store": ["base", "text", "match", "detect", "proto"],
    "outbound": ["base", "text", "match", "detect", "proto", "store"],
    "net": ["base", "text", "match", "detect", "proto", "session", "store", "outbound"],
    "meaning": ["base", "text", "match", "detect", "semantic", "proto", "session", "store", "net"],
    "archive": ["base", "text", "match", "detect", "proto", "session", "store", "net"],
    "jobs": ["base", "text", "match", "detect", "proto", "session", "store", "net"],
    "app": [
        "base", "text", "match", "detect", "semantic", "encoder", "proto", "session", "store", "outbound", "net",
        "meaning", "archive", "jobs",
    ],
}

# Bytes, words and times go into these modules, actions come out: nothing in them waits, reads a clock or opens a file.
CORE = ["base", "text", "match", "detect", "semantic", "proto", "session"]
NOT_IN_CORE = {
    r'#\s*include\s*[<"]boost/(asio|beast)': "networking",
    r"#\s*include\s*<(thread|mutex|shared_mutex|condition_variable|future|semaphore|latch|barrier|stop_token)>": "threads",
    r"#\s*include\s*<(fstream|filesystem)>": "files",
    r"\b\w*_clock\s*::\s*now\b": "a clock",
    r"\bthis_thread\b": "threads",
    r"\brandom_device\b": "randomness from outside",
}

# What instantiates these templates costs seconds a file, so no header but those of `net` shows them to others.
HEAVY = re.compile(r'#\s*include\s*[<"](boost/(?:asio|beast)[^>"]*)')

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
NOT_CODE = re.compile(r"""//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)'""", re.DOTALL)


def without_comments(text: str) -> str:
    """The text with comments blanked out, line by line as before; strings and characters stay."""

    def blank(match: re.Match) -> str:
        return match[0] if match[0][0] in "\"'" else re.sub(r"[^\n]", " ", match[0])

    return NOT_CODE.sub(blank, text)


def module_of(path: Path, root: Path) -> str | None:
    """The module folder a file lies in; none for main.cpp and the separately compiled library sources."""
    parts = path.relative_to(root).parts
    folder = parts[2:] if parts[0] == "include" else parts[1:]
    if len(folder) < 2 or folder[0] == "separate_compilation":
        return None
    return folder[0]


def check_file(path: Path, root: Path) -> list[str]:
    module = module_of(path, root)
    is_header = path.suffix == ".hpp"
    is_public = path.relative_to(root).parts[0] == "include"
    name = path.relative_to(root).as_posix()
    if module is None:
        return []
    if module not in LAYERS:
        return [f"{name}:1: the module '{module}' is not known; give it its place in scripts/check_layering.py"]

    home = root / "src" / module  # where private headers are found from a module's own folders too
    found = []
    for number, line in enumerate(without_comments(path.read_text(encoding="utf-8")).split("\n"), 1):
        include = INCLUDE.match(line)
        if include:
            target = include[2]
            if target.startswith("earshot/"):
                other = target.split("/")[1]
                if other != module and other not in LAYERS[module]:
                    found.append(f"{name}:{number}: {module} may not include {other} ({target})")
                if not (root / "include" / target).is_file():
                    found.append(f"{name}:{number}: there is no {target}")
            elif include[1] == '"':
                if is_public:
                    found.append(f"{name}:{number}: a public header may not include the private {target}")
                elif ".." in target or not any((folder / target).is_file() for folder in (path.parent, home)):
                    found.append(f"{name}:{number}: {target} is no private header of {module}")
            if is_header and module != "net" and HEAVY.search(line):
                found.append(f"{name}:{number}: headers outside net may not include {HEAVY.search(line)[1]}")
        if module in CORE:
            for pattern, what in NOT_IN_CORE.items():
                if re.search(pattern, line):
                    found.append(f"{name}:{number}: {module} belongs to the core, which knows nothing of {what}")
    return found


def check_tree(root: Path) -> list[str]:
    found = []
    for folder in (root / "include" / "earshot", root / "src"):
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".hpp", ".cpp"):
                found += check_file(path, root)
    return found


# File, text, and what the complaint must say; none: nothing may be complained of.
PLANTED = [
    ("include/earshot/base/good.hpp", "#include <string>\n// std::mutex, steady_clock::now\n", None),
    ("include/earshot/session/good.hpp", '#include "earshot/proto/seen.hpp"\n#include "earshot/base/good.hpp"\n', None),
    ("include/earshot/proto/seen.hpp", "/* #include <thread>\n*/ #include <vector>\n", None),
    ("include/earshot/net/good.hpp", "#include <boost/asio/io_context.hpp>\n", None),
    ("src/net/good.cpp", '#include "private.hpp"\n#include "earshot/session/good.hpp"\n#include <mutex>\n', None),
    ("src/net/deeper/good.cpp", '#include "private.hpp"\n#include "deeper/own.hpp"\n', None),
    ("src/net/deeper/own.hpp", '#include "own.hpp"\n', None),
    ("src/net/private.hpp", "#include <boost/beast/core.hpp>\n", None),
    ("src/separate_compilation/asio.cpp", "#include <boost/asio/impl/src.hpp>\n", None),
    ("src/main.cpp", '#include "earshot/net/good.hpp"\n', None),
    ("src/text/upwards.cpp", '#include "earshot/session/good.hpp"\n', "text may not include session"),
    ("include/earshot/match/upwards.hpp", "#include <earshot/proto/seen.hpp>\n", "match may not include proto"),
    ("src/proto/gone.cpp", '#include "earshot/base/gone.hpp"\n', "there is no earshot/base/gone.hpp"),
    ("src/session/foreign.cpp", '#include "../net/private.hpp"\n', "is no private header of session"),
    ("src/net/deeper/bad.cpp", '#include "gone.hpp"\n', "is no private header of net"),
    ("include/earshot/net/open.hpp", '#include "private.hpp"\n', "may not include the private"),
    ("src/detect/asio.cpp", "#include <boost/asio.hpp>\n", "networking"),
    ("src/session/beast.cpp", "#include <boost/beast/core.hpp>\n", "networking"),
    ("src/text/thread.cpp", "#include <thread>\n", "threads"),
    ("src/match/mutex.cpp", "#  include <mutex>\n", "threads"),
    ("src/base/file.cpp", "#include <fstream>\n", "files"),
    ("src/session/clock.cpp", "auto now = std::chrono::steady_clock::now();\n", "a clock"),
    ("include/earshot/app/heavy.hpp", "#include <boost/beast/http.hpp>\n", "headers outside net"),
    ("src/attic/thing.cpp", "int x;\n", "the module 'attic' is not known"),
]


def self_test() -> int:
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text, _ in PLANTED:
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        found = check_tree(root)
        for name, _, expected in PLANTED:
            mine = [line for line in found if line.startswith(name + ":")]
            if expected is None and mine:
                missed.append(f"{name}: nothing is wrong with it, but: {mine}")
            elif expected is not None and not any(expected in line for line in mine):
                missed.append(f"{name}: expected '{expected}', found {mine}")
    for line in missed:
        print(line)
    print(f"{len(PLANTED)} planted files, {len(missed)} judged wrongly")
    return 1 if missed else 0


def main() -> int:
    arguments = sys.argv[1:]
    if any(argument in ("-h", "--help") for argument in arguments):
        print(__doc__.strip())
        return 0
    if arguments[:1] == ["--self-test"]:
        return self_test()
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
    found = check_tree(root.resolve())
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
