#!/usr/bin/env python3
"""What hearing by meaning costs those who hear words: rounds without and with the tier `semantic` in turn, on one server.

  load-tests/semantic_rounds.py [--rounds 5] [--sessions 64] [--chunks-per-second 4] [--duration 15] [--call FILE] [--trackers FILE]
      [--language en-US] [--model models/all-MiniLM-L6-v2] [--bin build/release/bin]

Sessions play a call; in every second run their trackers are heard by meaning, too. Printed are the p99 of messages, which come with the
hits of words, its ratio within each round, the CPU time of the server a chunk, what /metrics says of each stage (windows held
against the static table, asked about, encoded, left out), and the median of the ratios. The model is asked anew about what was said before,
since the sessions play a few calls again and again. Exit code 1 if the median is over the bar.
"""
import http.client
import sys
from pathlib import Path

import rounds

BARE = "exact,pattern,inflected"
FULL = BARE + ",semantic"
STAGES = {"static": 'earshot_semantic_windows_total{stage="static"}', "asked": 'earshot_semantic_windows_total{stage="over_gate"}',
          "encoded": 'earshot_semantic_windows_total{stage="encoded"}', "leftOut": 'earshot_semantic_not_evaluated_total{reason="left_out"}',
          "refused": 'earshot_semantic_not_evaluated_total{reason="refused"}', "late": 'earshot_semantic_not_evaluated_total{reason="late"}',
          "cached": 'earshot_semantic_windows_total{stage="cached"}',
          "encoderSeconds": "earshot_semantic_encoder_cpu_seconds_total"}


def stages(port):
    """What /metrics says of the stages so far."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/metrics")
    lines = connection.getresponse().read().decode().splitlines()
    values = dict(line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))
    return {name: float(values.get(key, "nan")) for name, key in STAGES.items()}


def run(server, arguments, rate, tiers):
    """The report of a run at `rate` chunks a second of each session. They begin spread over the time between two chunks, so that they
    speak one after the other and not all at once."""
    return server.load("--sessions", arguments.sessions, "--chunks-per-second", rate, "--duration", arguments.duration, "--ramp", max(1 / rate, 0.3),
                       "--language", arguments.language, "--tiers", tiers)


def prepare(server, arguments):
    """Has the trackers fitted."""
    while run(server, arguments, 1, FULL)["milliseconds"]["verdicts"]["count"] == 0:
        pass


def parser(description):
    """The options of those who measure the tier."""
    options = rounds.parser(description)
    options.add_argument("--sessions", type=int, default=64)
    options.add_argument("--call", type=Path, default=rounds.CALL)
    options.add_argument("--trackers", type=Path, default=rounds.TRACKERS)
    options.add_argument("--language", default="en-US")
    options.add_argument("--model", type=Path, default=rounds.ROOT / "models/all-MiniLM-L6-v2")
    return options


def main():
    options = parser(__doc__)
    options.add_argument("--chunks-per-second", type=float, default=4, help="of each session")
    arguments = options.parse_args()
    rounds.CALL, rounds.TRACKERS = arguments.call, arguments.trackers

    def run_round(server):
        alone = run(server, arguments, arguments.chunks_per_second, BARE)
        before = stages(server.port)
        beside = run(server, arguments, arguments.chunks_per_second, FULL)
        did = {name: value - before[name] for name, value in stages(server.port).items()}
        chunks = beside["traffic"]["chunksSent"]
        return alone, beside, "; %d chunks; CPU a chunk: %.0f and %.0f us, %.0f of it the model's; windows a chunk: %.2f held against the table, %.3f asked about, %.3f encoded, %.3f left out; the model took %.2f ms of CPU a window" % (
            chunks, alone["server"]["cpuSeconds"] * 1e6 / alone["traffic"]["chunksSent"], beside["server"]["cpuSeconds"] * 1e6 / chunks,
            did["encoderSeconds"] * 1e6 / chunks, did["static"] / chunks, did["asked"] / chunks, did["encoded"] / chunks,
            did["leftOut"] / chunks, did["encoderSeconds"] * 1e3 / max(did["encoded"], 1))

    median, code = rounds.compare(arguments, run_round, ("milliseconds", "messages", "p99"),
                                  options=("--semantic.model", arguments.model, "--semantic.cacheBytes", 0), prepare=lambda server: prepare(server, arguments))
    return 0 if median <= rounds.BAR and code == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
