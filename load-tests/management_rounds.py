#!/usr/bin/env python3
"""What reads of stored trackers cost the sessions: rounds without and with them in turn, on one server.

  load-tests/management_rounds.py [--rounds 5] [--sessions 2000] [--chunks-per-second 1] [--duration 15] [--reads 20000]
      [--connections 50] [--reads-per-second R] [--stored 50] [--bin build/release/bin]

In every second run 50 connections that are kept alive read the stored trackers, half of the reads the list and half single
ones, from when all sessions speak: as fast as they are answered, or at a pace (`earshot-load --management-reads N`). Printed are the
p99 of the sessions' messages, from the chunk that ends an utterance, its ratio within each round, the reads per second and their p99, the CPU time of
the server and of both kinds of clients, and the median of the ratios. All of them share the machine's cores, so the ratio
also holds what the readers themselves take away. Exit code 1 if a hit is lost, doubled or wrong, if a read fails, if a connection does
not stay, or if not all reads were answered while sessions spoke.
"""
import http.client
import json
import statistics
import sys

import rounds


def store_trackers(port, count):
    """Stores trackers of ten phrases each."""
    trackers = [{"name": f"Stored {number}", "vocabulary": [f"stored phrase {number} of kind {kind}" for kind in range(10)]}
                for number in range(count)]
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", "/v1/manage/trackers", json.dumps(trackers), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    if answer.status not in (200, 201):
        sys.exit("the trackers were not stored: %d %s" % (answer.status, answer.read().decode()))
    connection.close()


def main():
    parser = rounds.parser(__doc__)
    parser.add_argument("--sessions", type=int, default=2000)
    parser.add_argument("--chunks-per-second", type=float, default=1, help="of each session")
    parser.add_argument("--reads", type=int, default=20000)
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--reads-per-second", type=float, help="default: as fast as they are answered")
    parser.add_argument("--stored", type=int, default=50, help="trackers in each list")
    arguments = parser.parse_args()
    pace = ["--management-reads-per-second", arguments.reads_per_second] if arguments.reads_per_second else []
    reading = ["--management-reads", arguments.reads, "--management-connections", arguments.connections, *pace]
    speeds = []
    is_whole = True

    def run_round(server):
        nonlocal is_whole
        alone, beside = (server.load("--sessions", arguments.sessions, "--chunks-per-second", arguments.chunks_per_second,
                                     "--duration", arguments.duration, *more) for more in ([], reading))
        reads = beside["management"]
        is_whole &= reads["answered"] == arguments.reads and reads["connections"] == arguments.connections
        speeds.append(reads["answered"] / reads["seconds"])
        return alone, beside, "; %d reads in %.1f s (%.0f/s, p99 %.1f ms), %d failed; CPU seconds: server %.1f and %.1f, sessions %.1f and %.1f, readers %.1f" % (
            reads["answered"], reads["seconds"], speeds[-1], beside["milliseconds"]["managementReads"]["p99"], reads["failed"],
            alone["server"]["cpuSeconds"], beside["server"]["cpuSeconds"], alone["generator"]["cpuSeconds"],
            beside["generator"]["cpuSeconds"], reads["cpuSeconds"])

    _, code = rounds.compare(arguments, run_round, ("milliseconds", "messages", "p99"), bar=None,
                             prepare=lambda server: store_trackers(server.port, arguments.stored))
    print("median %.0f reads per second; %s" % (statistics.median(speeds), "all answered" if is_whole else "NOT all answered"))
    return 0 if is_whole and code == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
