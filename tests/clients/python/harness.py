"""Runs tests one after the other and prints one line for each: `ok NAME` or `FAILED NAME`, with the reason."""

import json
import os
import queue
import subprocess
import sys
import threading
import time
import traceback

BASE = os.environ.get("SERVER_URL", "")  # http://127.0.0.1:PORT
DEADLINE_SECONDS = 15.0


class Application:
    """A process that prints JSON, an object a line: what it prints can be waited for, with a deadline."""

    def __init__(self, *command: str, environment: dict[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | (environment or {})
        )
        self.seen: list[dict] = []
        self.lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def wait(self, what: str, matches) -> dict:
        """The first object, of those printed already or later, for which `matches` is true."""
        for event in self.seen:
            if matches(event):
                return event
        deadline = time.monotonic() + DEADLINE_SECONDS
        while True:
            try:
                line = self.lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"nothing within {DEADLINE_SECONDS:g} s: {what}; what came: {self.seen}") from None
            if line is None:
                raise AssertionError(f"the process has ended before: {what}; what came: {self.seen}")
            self.seen.append(json.loads(line))
            if matches(self.seen[-1]):
                return self.seen[-1]

    def write(self, line: str) -> None:
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def close_input(self) -> None:
        self.process.stdin.close()

    def exit_code(self) -> int:
        """Waits until the process ends by itself."""
        try:
            return self.process.wait(DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the process has not ended within {DEADLINE_SECONDS:g} s; what came: {self.seen}") from None

    def __enter__(self) -> "Application":
        return self

    def __exit__(self, *_) -> None:
        self.process.kill()
        self.process.wait()


def equal(actual, expected) -> None:
    assert actual == expected, f"{actual!r}, expected: {expected!r}"


def run(tests: list) -> None:
    """Calls each function; its documentation is the name of the test."""
    failed = 0
    for test in tests:
        try:
            test()
            print(f"ok {test.__doc__}", flush=True)
        except Exception:
            failed += 1
            print(f"FAILED {test.__doc__}\n{traceback.format_exc()}", flush=True)
    sys.exit(1 if failed else 0)
