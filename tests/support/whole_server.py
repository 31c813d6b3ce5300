"""What the checks of the whole server share: a server on a port of its own choice, a PostgreSQL that can be stopped, requests,
and lines `ok NAME` or `FAILED NAME`."""

import contextlib
import fcntl
import http.client
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOGS = ROOT / "build/logs"
START_SECONDS = 60
STOP_SECONDS = 60
REQUEST_SECONDS = 60


class Results:
    def __init__(self) -> None:
        self.passed = 0
        self.failed = 0

    def add(self, name: str, reason: str = "") -> None:
        """A check; it has failed if there is a reason."""
        print(f"FAILED {name}\n{reason}" if reason else f"ok {name}", flush=True)
        self.passed += not reason
        self.failed += bool(reason)

    def exit_code(self) -> int:
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed or not self.passed else 0


def find_binary(given: str | None) -> Path:
    """The given program, else that of the preset dev or release."""
    candidates = [Path(given)] if given else [ROOT / f"build/{preset}/bin/earshot" for preset in ("dev", "release")]
    for candidate in candidates:
        if candidate.is_file():
            return candidate.resolve()
    sys.exit(f"there is no server at {' or '.join(map(str, candidates))}")


def environment() -> dict[str, str]:
    """That of this process without what would be settings of a server."""
    return {name: value for name, value in os.environ.items() if not name.startswith("EARSHOT_")}


@contextlib.contextmanager
def work_folder(name: str) -> Iterator[Path]:
    """A folder that is gone afterwards. PostgreSQL's own user may pass through it, and a socket's path in it is short."""
    with tempfile.TemporaryDirectory(prefix=f"earshot-{name}.", dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


class Server:
    """An earshot process whose data lie in `folder`. Its log, JSON lines, is appended to `log`."""

    def __init__(self, binary: Path, folder: Path, log: Path, *options: str) -> None:
        self.log = log
        self._ports: queue.Queue[int | None] = queue.Queue()
        command = [binary, "serve", "--config", ROOT / "configs/earshot.yaml", "--listen", "127.0.0.1:0", "--log.format", "json",
                   "--data.directory", folder / "data", *options]
        self.process = subprocess.Popen(
            command, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
        self._reader = threading.Thread(target=self._copy_log, daemon=True)
        self._reader.start()
        try:
            port = self._ports.get(timeout=START_SECONDS)
        except queue.Empty:
            port = None
        if port is None:
            self.kill()
            raise RuntimeError(f"the server does not come up; its log is {log}")
        self.port = port

    def _copy_log(self) -> None:
        with open(self.log, "a", encoding="utf-8") as log:
            for line in self.process.stdout:
                log.write(line)
                log.flush()
                with contextlib.suppress(json.JSONDecodeError):
                    said = json.loads(line)
                    if said.get("message") == "listening":
                        self._ports.put(said["port"])
        self._ports.put(None)

    def keep_to_one_core(self) -> None:
        """Has its threads take turns from here on, so that one of them is often left behind in the middle of something."""
        core = min(os.sched_getaffinity(0))
        for thread in os.listdir(f"/proc/{self.process.pid}/task"):
            os.sched_setaffinity(int(thread), {core})

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()

    def stop(self) -> int:
        """Asks it to stop; the exit code."""
        self.process.terminate()
        try:
            code = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise RuntimeError(f"the server has not stopped within {STOP_SECONDS} s") from None
        self._reader.join()
        return code

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_) -> None:
        self.end()

    def end(self) -> None:
        """Kills it where it still runs."""
        if self.process.poll() is None:
            self.kill()


class Postgres:
    """A PostgreSQL with its data in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = self.start()

    def start(self) -> str:
        return self._control("--start")

    def stop(self) -> None:
        """As a shutdown would, with all of its connections."""
        self._control("--stop")

    def _control(self, what: str) -> str:
        command = [ROOT / "scripts/with-postgres", what, self.folder]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()

    def __enter__(self) -> "Postgres":
        return self

    def __exit__(self, *_) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):  # it may be stopped already
            self.stop()


class Rest:
    """Requests on one connection that is kept."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=REQUEST_SECONDS)

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, http.client.HTTPMessage, dict]:
        """Status, headers and body of the answer. Raises OSError or HTTPException where there is none."""
        text = None if body is None else json.dumps(body)
        self._connection.request(method, path, text, {"Content-Type": "application/json"} if text else {})
        response = self._connection.getresponse()
        return response.status, response.headers, json.loads(response.read())

    def kill_with_next_answer(self, server: Server) -> None:
        """Has the kernel kill the server as soon as something arrives on this connection, before anybody has read it."""
        socket = self._connection.sock
        if socket is None:
            return  # nothing was asked yet, or the server is gone
        # The kernel sends no signal for what somebody sleeps in recv() for; but sockets with a timeout are polled.
        with contextlib.suppress(OSError, ValueError):  # closed meanwhile, since the server is gone
            fcntl.fcntl(socket, fcntl.F_SETOWN, server.process.pid)
            fcntl.fcntl(socket, fcntl.F_SETSIG, signal.SIGKILL)
            fcntl.fcntl(socket, fcntl.F_SETFL, fcntl.fcntl(socket, fcntl.F_GETFL) | os.O_ASYNC)

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> "Rest":
        return self

    def __exit__(self, *_) -> None:
        self.close()
