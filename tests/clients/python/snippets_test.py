"""The clients that scripts/run prints, run as they are printed."""

import os
import re
import subprocess
import threading
from pathlib import Path

from harness import DEADLINE_SECONDS, equal, run

ROOT = Path(__file__).resolve().parents[3]
HIT = 'Pricing: "how much does it cost" in "So, how much does it cost?"\n'
SNIPPET = re.compile(r"^(\S+) - <<'(\w+)'\n.*?^\2$", re.MULTILINE | re.DOTALL)

printed = ""
server: subprocess.Popen


def read_until_it_serves() -> str:
    """All that scripts/run prints, up to the end of its last snippet."""
    overdue = threading.Timer(4 * DEADLINE_SECONDS, server.terminate)
    overdue.start()
    text = ""
    for line in server.stdout:
        text += line
        if line == "PY\n":
            break
    overdue.cancel()
    return text


def run_snippet(interpreter: str) -> None:
    [snippet] = [match[0] for match in SNIPPET.finditer(printed) if match[1] == interpreter]
    done = subprocess.run(
        ["bash", "-c", snippet], cwd=ROOT / "build/clients/js", capture_output=True, text=True, timeout=DEADLINE_SECONDS
    )
    equal((done.stdout, done.stderr, done.returncode), (HIT, "", 0))


def prints_its_address() -> None:
    """snippets: scripts/run prints them for the port on which it serves"""
    [port] = re.findall(r"run: still serving on http://127\.0\.0\.1:(\d+);", printed)
    snippets = [match[0] for match in SNIPPET.finditer(printed)]
    equal(len(snippets), 2)
    for snippet in snippets:
        equal(re.findall(r"127\.0\.0\.1:(\d+)", snippet), [port])


def javascript() -> None:
    """snippets: the JavaScript client hears its hit and ends"""
    run_snippet("node")


def python() -> None:
    """snippets: the Python client hears its hit and ends"""
    run_snippet("python3")


def stops() -> None:
    """snippets: scripts/run stops its server and exits with 0"""
    server.terminate()
    equal(server.wait(2 * DEADLINE_SECONDS), 0)


if __name__ == "__main__":
    command = [ROOT / "scripts/run", "--earshot", os.environ["SERVER_BINARY"], "--speed", "max"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        printed = read_until_it_serves()
        try:
            run([prints_its_address, javascript, python, stops])
        finally:
            server.terminate()
