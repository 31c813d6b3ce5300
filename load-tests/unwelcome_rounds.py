#!/usr/bin/env python3
"""What clients that misbehave cost the others: rounds without and with them in turn, on one server.

  load-tests/unwelcome_rounds.py [--rounds 5] [--sessions 200] [--duration 15] [--clients 10] [--bin build/release/bin]

In every second run another process, for itself, sends half handshakes, noise, broken frames, frames of 10 MB, and talks at length
without ever reading (`earshot-load --read-nothing N --garbage N`). Printed are the p99 of the well-behaved sessions' confirmed
hits, its ratio within each round, the median of the ratios, and the server's largest memory. Exit code 1 if a hit is lost,
doubled or wrong, or the median ratio is over 1.5.
"""
import argparse
import json
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
CALL = ROOT / "configs/calls/sample.jsonl"
TRACKERS = ROOT / "configs/trackers/call-center.json"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def load(arguments, url, server, *extra):
    return [str(arguments.bin / "earshot-load"), "--url", url, "--call", str(CALL), "--trackers", str(TRACKERS),
            "--chunks-per-second", "2", "--interims", "--json", "--pid", str(server.pid), *extra]


def well_behaved(arguments, url, server):
    command = load(arguments, url, server, "--sessions", str(arguments.sessions), "--duration", str(arguments.duration))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    if not report["clean"]:
        sys.exit("answers were wrong:\n" + done.stdout)
    return report


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sessions", type=int, default=200)
    parser.add_argument("--duration", type=int, default=15, help="seconds of each run")
    parser.add_argument("--clients", type=int, default=10, help="of each unwelcome kind")
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin")
    arguments = parser.parse_args()

    port = free_port()
    url = "ws://127.0.0.1:%d" % port
    ratios = []
    with tempfile.TemporaryDirectory() as work, open(pathlib.Path(work) / "log", "w", encoding="utf-8") as log:
        server = subprocess.Popen([arguments.bin / "earshot", "serve", "--listen", "127.0.0.1:%d" % port,
                                   "--data.directory", work], stdout=log, stderr=log)
        try:
            subprocess.run([ROOT / "scripts/wait-healthy", str(port), str(server.pid), "30"], check=True)
            for number in range(1, arguments.rounds + 1):
                alone = well_behaved(arguments, url, server)
                count = str(arguments.clients)
                command = load(arguments, url, server, "--sessions", "1", "--duration", str(arguments.duration + 2),
                               "--read-nothing", count, "--garbage", count)
                unwelcome = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
                beside = well_behaved(arguments, url, server)
                unwelcome.communicate()
                quantiles = [run["milliseconds"]["confirmed"]["p99"] for run in (alone, beside)]
                ratios.append(quantiles[1] / quantiles[0])
                print("round %d: p99 %.2f ms alone, %.2f ms beside them: ratio %.2f; server at most %.0f MB" % (
                    number, *quantiles, ratios[-1], beside["server"]["peakRssBytes"] / 1e6), flush=True)
        finally:
            server.terminate()
            code = server.wait(timeout=60)
    median = statistics.median(ratios)
    print("median ratio %.2f (bar 1.5); the server's exit code %d" % (median, code))
    return 0 if median <= 1.5 and code == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
