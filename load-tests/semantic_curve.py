#!/usr/bin/env python3
"""How much talk is heard by meaning on this machine: rates from low to high, until well past what the model can follow.

  load-tests/semantic_curve.py [--rates 100,200,500,1000,2000,4000] [--sessions 64] [--duration 15] [--cache-bytes 0] [--call FILE] [--trackers FILE]
      [--language en-US] [--model models/all-MiniLM-L6-v2] [--bin build/release/bin]

For each rate (final chunks a second of all sessions together) are printed: the p50 and p99 of a hit by meaning and the p99 of messages, which
come with the hits of words; the server's CPU a chunk, and the model's part of it; the cores that is at this rate; windows a chunk held against the table, the share of
them the model was asked about, the share of these that it read, remembered and left out; utterances not scored at all. Nothing is remembered unless `--cache-bytes` says so, since the
sessions play a few calls again and again. The last line names the highest rate at which every window was evaluated and the p99 of a hit by meaning was below 60 ms.
"""
import sys

import rounds
import semantic_rounds as semantic

HIT_BAR = 60  # milliseconds


def main():
    options = semantic.parser(__doc__)
    options.add_argument("--rates", default="100,200,500,1000,2000,4000")
    options.add_argument("--cache-bytes", type=int, default=0)
    arguments = options.parse_args()
    rounds.CALL, rounds.TRACKERS, rounds.INTERIMS = arguments.call, arguments.trackers, []
    kept_up = None
    with rounds.serve(arguments.bin, "--semantic.model", arguments.model, "--semantic.cacheBytes", arguments.cache_bytes) as server:
        semantic.prepare(server, arguments)
        for rate in map(float, arguments.rates.split(",")):
            before = semantic.stages(server.port)
            report = semantic.run(server, arguments, rate / arguments.sessions, semantic.FULL)
            did = {name: value - before[name] for name, value in semantic.stages(server.port).items()}
            chunks = report["traffic"]["chunksSent"]
            verdicts, messages = report["milliseconds"]["verdicts"], report["milliseconds"]["messages"]
            cpu = report["server"]["cpuSeconds"] * 1e3 / chunks
            asked = max(did["asked"], 1)
            missed = did["leftOut"] + did["refused"] + did["late"]
            if missed == 0 and verdicts["p99"] < HIT_BAR:
                kept_up = rate
            print("%5.0f chunks/s: hit by meaning p50 %.0f, p99 %.0f ms; messages p99 %.1f ms; CPU a chunk %.2f ms, %.2f of it the model's: %.2f cores; "
                  "windows a chunk %.2f, asked about %.1f %%, of these read %.0f %%, remembered %.0f %%, left out %.0f %%; utterances not scored: %d of %d" % (
                      rate, verdicts["p50"], verdicts["p99"], messages["p99"], cpu, did["encoderSeconds"] * 1e3 / chunks,
                      report["server"]["cpuSeconds"] / report["seconds"], did["static"] / chunks, 100 * did["asked"] / max(did["static"], 1),
                      100 * did["encoded"] / asked, 100 * did["cached"] / asked, 100 * did["leftOut"] / asked, did["refused"] + did["late"], chunks),
                  flush=True)
    print("every window evaluated, hits by meaning below %d ms: up to %s chunks/s" % (HIT_BAR, "%.0f" % kept_up if kept_up else "less than the lowest of these"))
    return server.exit_code


if __name__ == "__main__":
    sys.exit(main())
