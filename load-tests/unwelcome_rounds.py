#!/usr/bin/env python3
"""What clients that misbehave cost the others: rounds without and with them in turn, on one server.

  load-tests/unwelcome_rounds.py [--rounds 5] [--sessions 200] [--duration 15] [--clients 10] [--bin build/release/bin]

In every second run another process, for itself, sends half handshakes, noise, broken frames, frames of 10 MB, and talks at length
without ever reading (`earshot-load --read-nothing N --garbage N`). Printed are the p99 of the well-behaved sessions' confirmed
hits, its ratio within each round, the median of the ratios, and the server's largest memory. Exit code 1 if a hit is lost,
doubled or wrong, or the median ratio is over 1.5.
"""
import subprocess
import sys

import rounds


def main():
    parser = rounds.parser(__doc__)
    parser.add_argument("--sessions", type=int, default=200)
    parser.add_argument("--clients", type=int, default=10, help="of each unwelcome kind")
    arguments = parser.parse_args()

    def well_behaved(server):
        return server.load("--chunks-per-second", 2, "--sessions", arguments.sessions, "--duration", arguments.duration)

    def run_round(server):
        alone = well_behaved(server)
        unwelcome = subprocess.Popen(
            server.command("--chunks-per-second", 2, "--sessions", 1, "--duration", arguments.duration + 2,
                           "--read-nothing", arguments.clients, "--garbage", arguments.clients),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        beside = well_behaved(server)
        unwelcome.wait()
        return alone, beside, ""

    median, code = rounds.compare(arguments, run_round, ("milliseconds", "confirmed", "p99"))
    return 0 if median <= rounds.BAR and code == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
