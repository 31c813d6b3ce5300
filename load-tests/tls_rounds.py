#!/usr/bin/env python3
"""What TLS costs: the same load on a server that speaks it and on one that does not, in turn.

  load-tests/tls_rounds.py [--rounds 5] [--window 64] [--loaders 20] [--most-per-second 5000] [--sessions 200]
      [--chunks-per-second 10] [--duration 10] [--bin build/release/bin]

Each round has two parts, each over both transports. *As much as it takes*: --loaders sessions that each send as long as no more
than --window chunks are unanswered; the figures are chunks per second, which is what the generator can do where the server is busy
for less than its I/O threads (so printed), and the server's CPU time for a chunk. *At a pace*: --sessions that each send --chunks-per-second; the figure is the server's CPU time for a chunk,
handshakes included, so many chunks should go over each connection. The certificate is made for the run, of a P-256 key. Printed are
each round's figures, and the median, least and greatest of TLS as a multiple of plain. Exit code 1 if a hit is lost, doubled or
wrong, or a server does not end well.
"""
import contextlib
import pathlib
import statistics
import subprocess
import sys
import tempfile

import rounds


def make_certificate(folder):
    """A certificate of this machine's loopback that nobody trusts: (certificate, key)."""
    certificate, key = (pathlib.Path(folder) / name for name in ("cert.pem", "key.pem"))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
    return certificate, key


def saturate(server, arguments):
    """Chunks per second that the server takes, its microseconds for one, and how many cores it was busy on."""
    report = server.load("--sessions", arguments.loaders, "--window", arguments.window, "--ramp", 0.2,
                         "--chunks-per-second", arguments.most_per_second, "--duration", arguments.duration)
    sent = report["traffic"]["chunksSent"]
    if sent >= arguments.loaders * arguments.most_per_second * arguments.duration:
        sys.exit("the sessions ran out of chunks: raise --most-per-second")
    cpu = report["server"]["cpuSeconds"]
    return sent / arguments.duration, cpu / sent * 1e6, cpu / arguments.duration


def keep_pace(server, arguments):
    """The server's microseconds for a chunk, and the p99 of confirmed hits in milliseconds."""
    report = server.load("--sessions", arguments.sessions, "--chunks-per-second", arguments.chunks_per_second,
                         "--duration", arguments.duration)
    return report["server"]["cpuSeconds"] / report["traffic"]["chunksSent"] * 1e6, report["milliseconds"]["confirmed"]["p99"]


def told(name, ratios):
    return "%s: median %.2f of plain (%.2f to %.2f)" % (name, statistics.median(ratios), min(ratios), max(ratios))


def main():
    parser = rounds.parser(__doc__)
    parser.set_defaults(duration=10)
    parser.add_argument("--window", type=int, default=64, help="chunks of a loader that may be unanswered")
    parser.add_argument("--loaders", type=int, default=20, help="sessions that send as much as is taken")
    parser.add_argument("--most-per-second", type=int, default=5000, help="chunks that a loader has at hand")
    parser.add_argument("--sessions", type=int, default=200, help="sessions at a pace")
    parser.add_argument("--chunks-per-second", type=float, default=10, help="of each of them")
    arguments = parser.parse_args()
    speeds, costs, paced_costs = [], [], []
    with contextlib.ExitStack() as stack:
        certificate, key = make_certificate(stack.enter_context(tempfile.TemporaryDirectory()))
        plain = stack.enter_context(rounds.serve(arguments.bin))
        tls = stack.enter_context(rounds.serve(arguments.bin, "--tls.cert", certificate, "--tls.key", key, tls=True))
        for number in range(1, arguments.rounds + 1):
            order = (plain, tls) if number % 2 else (tls, plain)
            most = {server: saturate(server, arguments) for server in order}
            paced = {server: keep_pace(server, arguments) for server in order}
            speeds.append(most[tls][0] / most[plain][0])
            costs.append(most[tls][1] / most[plain][1])
            paced_costs.append(paced[tls][0] / paced[plain][0])
            print("round %d: as much as it takes, plain %.0f chunks/s (%.1f us of CPU each, %.2f cores), TLS %.0f (%.1f, %.2f): "
                  "ratios %.2f and %.2f; "
                  "at a pace, plain %.0f us of CPU a chunk (p99 %.2f ms), TLS %.0f (%.2f ms): ratio %.2f" % (
                      number, *most[plain], *most[tls], speeds[-1], costs[-1], *paced[plain], *paced[tls], paced_costs[-1]), flush=True)
    print(told("chunks per second", speeds))
    print(told("server's CPU time a chunk, as much as it takes", costs))
    print(told("server's CPU time a chunk, at a pace", paced_costs))
    print("the servers' exit codes %d and %d" % (plain.exit_code, tls.exit_code))
    return 0 if plain.exit_code == 0 and tls.exit_code == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
