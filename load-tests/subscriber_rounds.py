#!/usr/bin/env python3
"""What a subscriber that never reads costs those who do: rounds without and with one in turn, on one server.

  load-tests/subscriber_rounds.py [--rounds 5] [--subscribers 30] [--chunks-per-second 500] [--duration 15] [--bin build/release/bin]

One publisher talks, its subscribers listen; in every second run one more never reads (`earshot-load --deaf-subscribers 1`). The
pace is high, so that what it does not read fills the server's room for it early in the run. Printed are the p99 of the time from a chunk to
the last of the others, its ratio within each round, the median of the ratios, and the server's largest memory. Exit code 1 if
somebody is told less than all, if the server never gets rid of the deaf one, or if the median ratio is over 1.5.
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


def listen(arguments, url, server, deaf):
    command = [str(arguments.bin / "earshot-load"), "--url", url, "--call", str(CALL), "--trackers", str(TRACKERS),
               "--sessions", "1", "--subscribers", str(arguments.subscribers), "--deaf-subscribers", str(deaf),
               "--chunks-per-second", str(arguments.chunks_per_second), "--duration", str(arguments.duration),
               "--interims", "--json", "--pid", str(server.pid)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 2:
        sys.exit(done.stderr)
    report = json.loads(done.stdout)
    if not report["clean"]:
        sys.exit("answers were wrong:\n" + done.stdout)
    if report["generator"]["late"]:
        print("the generator itself was late: take fewer subscribers or a lower pace", file=sys.stderr)
    return report


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--subscribers", type=int, default=30)
    parser.add_argument("--chunks-per-second", type=float, default=500)
    parser.add_argument("--duration", type=int, default=15, help="seconds of each run")
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin")
    arguments = parser.parse_args()

    port = free_port()
    url = "ws://127.0.0.1:%d" % port
    ratios = []
    ended = 0
    with tempfile.TemporaryDirectory() as work, open(pathlib.Path(work) / "log", "w", encoding="utf-8") as log:
        server = subprocess.Popen([arguments.bin / "earshot", "serve", "--listen", "127.0.0.1:%d" % port,
                                   "--data.directory", work], stdout=log, stderr=log)
        try:
            subprocess.run([ROOT / "scripts/wait-healthy", str(port), str(server.pid), "30"], check=True)
            for number in range(1, arguments.rounds + 1):
                alone, beside = listen(arguments, url, server, 0), listen(arguments, url, server, 1)
                quantiles = [run["milliseconds"]["deliveredToAll"]["p99"] for run in (alone, beside)]
                ratios.append(quantiles[1] / quantiles[0])
                ended += beside["subscribers"]["deafEnded"]
                print("round %d: p99 to the last %.2f ms alone, %.2f ms beside a deaf one, ended %d times: ratio %.2f; "
                      "server at most %.0f MB" % (number, *quantiles, beside["subscribers"]["deafEnded"], ratios[-1],
                                                  beside["server"]["peakRssBytes"] / 1e6), flush=True)
        finally:
            server.terminate()
            code = server.wait(timeout=60)
    median = statistics.median(ratios)
    print("median ratio %.2f (bar 1.5); the deaf one was ended %d times; the server's exit code %d" % (median, ended, code))
    return 0 if median <= 1.5 and ended > 0 and code == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
