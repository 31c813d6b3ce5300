#!/usr/bin/env python3
"""What a subscriber that never reads costs those who do: rounds without and with one in turn, on one server.

  load-tests/subscriber_rounds.py [--rounds 5] [--subscribers 30] [--chunks-per-second 500] [--duration 15] [--bin build/release/bin]

One publisher talks, its subscribers listen; in every second run one more never reads (`earshot-load --deaf-subscribers 1`). The
pace is high, so that what it does not read fills the server's room for it early in the run. Printed are the p99 of the time from a chunk to
the last of the others, its ratio within each round, the median of the ratios, and the server's largest memory. Exit code 1 if
somebody is told less than all, if the server never gets rid of the deaf one, or if the median ratio is over 1.5.
"""
import sys

import rounds


def main():
    parser = rounds.parser(__doc__)
    parser.add_argument("--subscribers", type=int, default=30)
    parser.add_argument("--chunks-per-second", type=float, default=500)
    arguments = parser.parse_args()
    ended = 0

    def run_round(server):
        nonlocal ended
        alone, beside = (server.load("--sessions", 1, "--subscribers", arguments.subscribers, "--deaf-subscribers", deaf,
                                     "--chunks-per-second", arguments.chunks_per_second, "--duration", arguments.duration)
                         for deaf in (0, 1))
        ended += beside["subscribers"]["deafEnded"]
        return alone, beside, "; the deaf one was ended %d times" % beside["subscribers"]["deafEnded"]

    median, code = rounds.compare(arguments, run_round, ("milliseconds", "deliveredToAll", "p99"))
    return 0 if median <= rounds.BAR and ended > 0 and code == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
