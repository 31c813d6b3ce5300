#!/usr/bin/env python3
"""How long a list of trackers takes until it is heard by meaning: for the first time, and again after a restart.

  load-tests/fit_times.py [--lists 10x20 60x10] [--bin build/release/bin] [--model models/all-MiniLM-L6-v2]

For each list (trackers x phrases, made of common words) a server with an empty database is started and a session brings it, then
another server on the same database is brought it again. Printed are the seconds from the start's answer to `tierReady`, the
server's CPU seconds for it and its memory then. Needs the model (scripts/setup model).
"""
import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import rounds


def trackers(count, phrases):
    """Phrases of three to eight words, the same each time."""
    words = [line.split("\t")[0] for line in (rounds.ROOT / "models/words/frequencies.tsv").read_text(encoding="utf-8").splitlines()]
    words = [word for word in words if word.isalpha()][:3000]
    chance = random.Random(count * 1000 + phrases)
    return [{"name": f"Tracker {number}", "vocabulary": [" ".join(chance.choices(words, k=chance.randint(3, 8))) for _ in range(phrases)]}
            for number in range(count)]


def cpu_and_memory(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    status = Path(f"/proc/{pid}/status").read_text()
    memory = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    return (int(fields[11]) + int(fields[12])) / 100, memory / 1024


def ready_after(programs, server, call, file):
    """Seconds from the answer to the start until the tier semantic is ready."""
    command = [programs / "earshot", "play", call, "--trackers", file, "--url", "ws://127.0.0.1:%d" % server.port, "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as playing:
        started = None
        for line in playing.stdout:
            frame = json.loads(line)
            message = frame.get("message", {}) if frame.get("type") == "message" else {}
            if message.get("type") == "recognition_started":
                started = time.monotonic()
                state = message["data"]["trackers"]["tiers"]["semantic"]
                if state == "absent":
                    playing.kill()
                    sys.exit("the tier semantic is absent: scripts/setup model, then earshot make-static-table")
                if state == "ready":
                    break
            elif message.get("cause") == "tierReady":
                break
        else:
            sys.exit("the tier was never ready")
        took = time.monotonic() - started
        playing.kill()
    return took


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, default=rounds.ROOT / "build/release/bin")
    parser.add_argument("--lists", nargs="+", default=["10x20", "60x10"])
    parser.add_argument("--model", type=Path, default=rounds.ROOT / "models/all-MiniLM-L6-v2")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        call = Path(work) / "call.jsonl"
        call.write_text('{"text":"hello","startTime":0,"endTime":1}\n{"text":"goodbye","startTime":3600,"endTime":3601}\n', encoding="utf-8")
        for size in arguments.lists:
            file = Path(work) / f"{size}.json"
            file.write_text(json.dumps(trackers(*map(int, size.split("x")))), encoding="utf-8")
            database = Path(work) / f"{size}.db"
            for what in ("for the first time", "after a restart"):
                with rounds.serve(arguments.bin, "--store.url", f"sqlite:{database}", "--semantic.model", arguments.model) as server:
                    cpu, memory = cpu_and_memory(server.process.pid)
                    took = ready_after(arguments.bin, server, call, file)
                    cpu_after, memory_after = cpu_and_memory(server.process.pid)
                print("%s %s: ready after %.3f s, %.1f s of CPU; the server holds %.0f MB, %.0f MB before" % (
                    size, what, took, cpu_after - cpu, memory_after, memory), flush=True)


if __name__ == "__main__":
    sys.exit(main())
