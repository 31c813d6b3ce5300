"""What the scripts *_rounds.py share: a server of their own, rounds without and with something in turn, the median of their ratios.

Machines differ, and so do minutes on one machine. A ratio within a round compares two runs that lie close together, and
the median of several forgives the round in which a neighbour was busy.
"""
import argparse
import contextlib
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
INTERIMS = ["--interims"]  # of the calls that are played
BAR = 1.5


def parser(description):
    """The options that all of them have."""
    options = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--duration", type=int, default=15, help="seconds of each run")
    options.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin")
    return options


class Server:
    """A server of the rounds, and the load that is put on it. Its exit code is there when it has stopped."""

    def __init__(self, programs, process, port, tls):
        self.programs = programs
        self.process = process
        self.port = port
        self.tls = tls
        self.exit_code = None

    def command(self, *options):
        """The command of a load generator."""
        where = ["--url", "wss://127.0.0.1:%d" % self.port, "--insecure"] if self.tls else ["--url", "ws://127.0.0.1:%d" % self.port]
        return [str(self.programs / "earshot-load"), *where, "--call", str(CALL), "--trackers", str(TRACKERS), *INTERIMS,
                "--json", "--pid", str(self.process.pid), *map(str, options)]

    def load(self, *options):
        """Puts load on the server and returns the report. Ends the script if an answer was wrong."""
        done = subprocess.run(self.command(*options), capture_output=True, text=True, check=False)
        if done.returncode == 2:
            sys.exit(done.stderr)
        report = json.loads(done.stdout)
        if not report["clean"]:
            sys.exit("answers were wrong:\n" + done.stdout)
        if report["generator"]["late"]:
            print("the generator itself was late: take less load", file=sys.stderr)
        return report


@contextlib.contextmanager
def serve(programs, *options, tls=False):
    """A healthy server on a free port, stopped at the end. `tls`: the options have it speak TLS."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as work, open(pathlib.Path(work) / "log", "w", encoding="utf-8") as log:
        process = subprocess.Popen([programs / "earshot", "serve", "--listen", "127.0.0.1:%d" % port, "--data.directory", work,
                                    "--store.url", "sqlite:%s/store.db" % work, *map(str, options)],
                                   stdout=log, stderr=log)
        server = Server(programs, process, port, tls)
        try:
            subprocess.run([ROOT / "scripts/wait-healthy", str(port), str(process.pid), "30"] + ["tls"] * tls, check=True)
            yield server
        finally:
            process.terminate()
            server.exit_code = process.wait(timeout=60)


def compare(arguments, run_round, quantile, bar=BAR, prepare=None, options=()):
    """Runs the rounds on a server of their own: `run_round(server)` gives the reports of a run without and of one with,
    and what else is to be said of the round; `quantile` is a path into a report; `prepare(server)` is called before them;
    `options` are the server's. Returns the median of the ratios and the server's exit code."""
    ratios = []
    with serve(arguments.bin, *options) as server:
        if prepare:
            prepare(server)
        for number in range(1, arguments.rounds + 1):
            alone, beside, remark = run_round(server)
            figures = []
            for report in (alone, beside):
                for key in quantile:
                    report = report[key]
                figures.append(report)
            if not figures[0]:
                sys.exit("nobody was told anything: take longer runs")
            ratios.append(figures[1] / figures[0])
            print("round %d: %.2f ms alone, %.2f ms beside: ratio %.2f; server at most %.0f MB%s" % (
                number, *figures, ratios[-1], beside["server"]["peakRssBytes"] / 1e6, remark), flush=True)
    median = statistics.median(ratios)
    print("median ratio %.2f%s; the server's exit code %d" % (median, " (bar %.1f)" % bar if bar else "", server.exit_code))
    return median, server.exit_code
