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

STAGES = {"static": 'earshot_semantic_windows_total{stage="static"}', "asked": 'earshot_semantic_windows_total{stage="over_gate"}',
          "encoded": 'earshot_semantic_windows_total{stage="encoded"}', "leftOut": 'earshot_semantic_not_evaluated_total{reason="left_out"}',
          "encoderSeconds": "earshot_semantic_encoder_cpu_seconds_total"}


def figures(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/metrics")
    lines = connection.getresponse().read().decode().splitlines()
    values = dict(line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))
    return {name: float(values.get(key, "nan")) for name, key in STAGES.items()}


def main():
    parser = rounds.parser(__doc__)
    parser.add_argument("--sessions", type=int, default=64)
    parser.add_argument("--chunks-per-second", type=float, default=4, help="of each session")
    parser.add_argument("--call", type=Path, default=rounds.CALL)
    parser.add_argument("--trackers", type=Path, default=rounds.TRACKERS)
    parser.add_argument("--language", default="en-US")
    parser.add_argument("--model", type=Path, default=rounds.ROOT / "models/all-MiniLM-L6-v2")
    arguments = parser.parse_args()
    rounds.CALL, rounds.TRACKERS = arguments.call, arguments.trackers

    def run(server, tiers):
        return server.load("--sessions", arguments.sessions, "--chunks-per-second", arguments.chunks_per_second, "--duration",
                           arguments.duration, "--language", arguments.language, "--tiers", tiers)

    def prepare(server):
        while run(server, "exact,semantic")["milliseconds"]["verdicts"]["count"] == 0:
            pass
        run(server, "exact,semantic")  # once more, with the trackers fitted from the beginning

    def run_round(server):
        alone = run(server, "exact,pattern,inflected")
        before = figures(server.port)
        beside = run(server, "exact,pattern,inflected,semantic")
        stages = {name: value - before[name] for name, value in figures(server.port).items()}
        chunks = beside["traffic"]["chunksSent"]
        return alone, beside, "; %d chunks; CPU a chunk: %.0f and %.0f us, %.0f of it the model's; windows a chunk: %.2f held against the table, %.3f asked about, %.3f encoded, %.3f left out; the model took %.2f ms of CPU a window" % (
            chunks, alone["server"]["cpuSeconds"] * 1e6 / alone["traffic"]["chunksSent"], beside["server"]["cpuSeconds"] * 1e6 / chunks,
            stages["encoderSeconds"] * 1e6 / chunks, stages["static"] / chunks, stages["asked"] / chunks, stages["encoded"] / chunks,
            stages["leftOut"] / chunks, stages["encoderSeconds"] * 1e3 / max(stages["encoded"], 1))

    median, code = rounds.compare(arguments, run_round, ("milliseconds", "messages", "p99"),
                                  options=("--semantic.model", arguments.model, "--semantic.cacheBytes", 0), prepare=prepare)
    return 0 if median <= rounds.BAR and code == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
