#!/usr/bin/env python3
"""usage: check_docs.py

Holds the documentation to the code: every error word stands in docs/protocol.md, every command-line script is named in
README.md or CONTRIBUTING.md, and every relative link of a page leads to a file. Prints what is missing and exits with 1.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def pages() -> list[Path]:
    skipped = ("build", "data", ".git")
    return [path for path in sorted(ROOT.rglob("*.md")) if path.relative_to(ROOT).parts[0] not in skipped]


def dead_links(page: Path) -> list[str]:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    found = []
    for target in targets:
        path = target.partition("#")[0]
        if path and "://" not in path and not path.startswith("mailto:") and not (page.parent / path).exists():
            found.append(f"{page.relative_to(ROOT)}: the link {target} leads nowhere")
    return found


def undocumented_errors() -> list[str]:
    words = re.findall(r'std::pair\{Errc::\w+, "(\w+)"\}', (ROOT / "src/base/error.cpp").read_text(encoding="utf-8"))
    protocol = (ROOT / "docs/protocol.md").read_text(encoding="utf-8")
    if not words:
        return ["src/base/error.cpp: no error words were found"]
    return [f"docs/protocol.md: the error word {word} is missing" for word in words if f"`{word}`" not in protocol]


def unnamed_scripts() -> list[str]:
    text = "".join((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md"))
    scripts = [path.name for path in (ROOT / "scripts").iterdir() if path.is_file() and "." not in path.name]
    internal = {"wait-healthy"}  # a part of scripts/run
    return [f"scripts/{name}: named in neither README.md nor CONTRIBUTING.md"
            for name in sorted(scripts) if name not in internal and f"scripts/{name}" not in text]


def main() -> int:
    if sys.argv[1:]:
        print(__doc__.strip())
        return 0 if sys.argv[1:] in (["--help"], ["-h"]) else 2
    found = [link for page in pages() for link in dead_links(page)] + undocumented_errors() + unnamed_scripts()
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
