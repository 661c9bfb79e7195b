#!/usr/bin/env python3
"""Every figure of benches/README.md, side by side with DuckDB and, where it has the feature, rsigma.

    python3 benches/side_by_side.py [--quick] [--job NAME ...] [--rounds N] [--data FOLDER] [--binary PATH]

Builds what is measured, writes the logs and rules, installs DuckDB (benches/requirements.txt) under target/bench, and then measures:
the two sides of a job take turns, round by round, each as a process of its own with two threads; medians are printed. What is found
is compared: with what was planted, and the two sides with each other. Prints Markdown, and writes target/bench/figures.json.
"""

import argparse
import gzip
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BENCH = ROOT / "target" / "bench"
DETECTIONS = ["countries", "services", "moved"]
RSIGMA = """title: sign-in
id: 7c0f5d9e-6f14-4e2b-9a3e-5d1f6c8b2a41
name: signin
status: test
logsource: {product: azure, service: signinlogs}
detection:
  selection:
    category: SignInLogs
    properties.status.errorCode: 0
  condition: selection
level: low
---
title: countries
id: 0b1d7a52-58c4-4f0f-8d68-3f0f6f1d9b77
status: test
correlation:
  type: value_count
  rules: [signin]
  group-by: [properties.uniqueTokenIdentifier]
  timespan: 1h
  condition: {gte: 3, field: properties.location.countryOrRegion}
level: high
"""


def run(command, out=None):
    """Runs a command: wall and CPU seconds, the most memory that it had at a time, and what it printed."""
    out = out or BENCH / "out"
    with open(out, "wb") as file, open(BENCH / "errors", "wb") as errors:
        began = time.monotonic()
        process = subprocess.Popen([str(word) for word in command], stdout=file, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    return {
        "wall": wall,
        "cpu": usage.ru_utime + usage.ru_stime,
        "memory": usage.ru_maxrss / 1024,
        "status": process.returncode,
        "out": out,
    }


class Wrong(Exception):
    """A job whose figures mean nothing; the others go on."""


def fail(message):
    raise Wrong(f"{message}\n{(BENCH / 'errors').read_text(errors='replace')[-2000:]}")


class Bench:
    def __init__(self, arguments):
        self.arguments = arguments
        self.data = arguments.data
        self.size = "100k" if arguments.quick else "1m"
        self.figures = {}
        self.rows = []

    # What is measured

    def tokentrail(self, rules, events, threads=2, extra=()):
        paths = [path if isinstance(path, Path) else self.data / f"{path}.trail" for path in rules]
        command = [self.arguments.binary, "run", *paths, "--events", self.data / events, "--format", "json", "-q"]
        result = run([*command, "--threads", threads, *extra])
        # Rules of the pack that need a database of addresses are left out and said so: 2.
        if result["status"] not in (0, 2):
            fail(f"tokentrail run ended with {result['status']}")
        return result

    def duckdb(self, rules, events, shape="ndjson", extra=()):
        names = [name if name == "three" else self.data / f"{name}.json" for name in rules]
        command = [BENCH / "venv/bin/python", ROOT / "benches/duckdb_rules.py", *names]
        result = run([*command, "--events", self.data / events, "--shape", shape, *extra])
        if result["status"] != 0:
            fail("DuckDB failed")
        # Without the start of Python and the import of the module.
        inner = json.loads(result["out"].read_text())
        return result | {"wall": inner["wall"], "cpu": inner["cpu"]}

    # What was found

    def found(self, result):
        text = result["out"].read_text()
        if text.startswith("["):
            found = {}
            for alert in json.loads(text):
                found.setdefault(alert["rule"], set()).add(next(iter(alert["key"].values()), None))
            return found
        return {rule: set(keys) for rule, keys in json.loads(text)["found"].items() if keys}

    def check(self, result, events):
        truth = json.loads((self.data / f"{events}.truth.json").read_text())
        found = self.found(result)
        for rule in DETECTIONS:
            if rule in found and found[rule] != set(truth[rule]):
                wrong, missed = found[rule] - set(truth[rule]), set(truth[rule]) - found[rule]
                fail(f"{rule}: {len(wrong)} found that were not planted, {len(missed)} of {len(truth[rule])} missed")
        return found

    def pairs(self, job, ours, theirs, events, rounds=None):
        """Two sides in turn."""
        sides = {"tokentrail": [], "duckdb": []}
        for _ in range(rounds or self.arguments.rounds):
            mine, other = None, None
            mine = ours()
            first = self.check(mine, events)
            sides["tokentrail"].append(mine)
            if theirs:
                other = theirs()
                second = self.check(other, events)
                sides["duckdb"].append(other)
                if first != second:
                    differ = sorted(rule for rule in first.keys() | second.keys() if first.get(rule) != second.get(rule))
                    fail(f"{job}: the two sides differ on {', '.join(differ[:8])}")
        return self.put(job, sides)

    def put(self, job, sides):
        medians = {
            side: {what: statistics.median(one[what] for one in all_) for what in ("wall", "cpu", "memory")}
            for side, all_ in sides.items()
            if all_
        }
        for side, all_ in sides.items():
            if all_:
                medians[side]["rounds"] = len(all_)
        self.figures[job] = medians
        self.row(job, medians)
        return medians

    def row(self, job, medians):
        ours = next(iter(medians.values()))
        cells = [job, f"{ours['wall']:.2f}", f"{ours['cpu']:.2f}", f"{ours['memory']:.0f}"]
        other = medians.get("duckdb") or medians.get("rsigma")
        if other:
            ratios = [ours[what] / other[what] for what in ("wall", "cpu", "memory")]
            cells += [f"{other['wall']:.2f}", f"{other['cpu']:.2f}", f"{other['memory']:.0f}", *(f"{one:.3f}" for one in ratios)]
        else:
            cells += [""] * 6
        print("| " + " | ".join(cells) + " |", flush=True)

    # The jobs

    def three(self):
        events = f"events-{self.size}.ndjson"
        self.pairs("3 detections", lambda: self.tokentrail(["three"], events), lambda: self.duckdb(["three"], events), events)

    def fifty(self):
        events, rules = f"events-{self.size}.ndjson", ["three", "fifty"]
        self.pairs("3 and 50 thresholds", lambda: self.tokentrail(rules, events), lambda: self.duckdb(rules, events), events)
        self.put("the same, DuckDB with one query for the 50", {
            "tokentrail": [self.figures["3 and 50 thresholds"]["tokentrail"]],
            "duckdb": [self.duckdb(rules, events, extra=["--fused"])],
        })

    def pack(self):
        events = f"events-{self.size}.ndjson"
        self.pairs("the shipped rule pack", lambda: self.tokentrail([ROOT / "rules"], events), None, events, 3)

    def thousand(self):
        events, fifty, many = f"events-{self.size}.ndjson", ["three", "fifty"], ["three", "thousand"]
        sides = {"tokentrail": [], "fifty": []}
        for _ in range(self.arguments.rounds):
            sides["tokentrail"].append(self.tokentrail(many, events))
            self.check(sides["tokentrail"][-1], events)
            sides["fifty"].append(self.tokentrail(fifty, events))
        found = self.found(self.tokentrail(many, events))
        theirs = self.duckdb(many, events, extra=["--fused"])
        if found != self.found(theirs):
            fail("1,000 rules: the two sides differ")
        self.put("3 and 1,000 rare rules, DuckDB with one query for the 1,000", {
            "tokentrail": sides["tokentrail"],
            "duckdb": [theirs],
        })
        self.put("3 and 50, in turn with the 1,000", {"tokentrail": sides["fifty"]})

    def ten_million(self):
        """Compressed, since 26 GB do not fit in memory; the same of 1 M beside it."""
        self.events("1m" if not self.arguments.quick else "100k", "zst")
        small = f"events-{self.size}.ndjson.zst"
        big = "events-1m.ndjson.zst" if self.arguments.quick else "events-10m.ndjson.zst"
        self.events("1m" if self.arguments.quick else "10m", "zst")
        for rules, name in [(["three"], "3 detections"), (["three", "fifty"], "3 and 50")]:
            self.pairs(f"{name}, {self.size}, .zst", lambda: self.tokentrail(rules, small), None, small, 3)
            self.pairs(f"{name}, ten times as many, .zst", lambda: self.tokentrail(rules, big), None, big, 1)

    def read(self):
        """One thread, without rules' state."""
        events = self.data / f"events-{self.size}.ndjson"
        rules = [self.data / "three.trail", self.data / "fifty.trail"]
        figures = []
        for _ in range(self.arguments.rounds):
            result = run([ROOT / "target/release/examples/read", events, *rules])
            if result["status"] != 0:
                fail("the reader failed")
            figures.append(json.loads(result["out"].read_text()) | {"memory": result["memory"]})
        rates = {what: statistics.median(one["bytes"] / one[what] / 1e9 for one in figures) for what in ("recognised", "extracted")}
        self.figures["read"] = rates | {"memory": statistics.median(one["memory"] for one in figures)}
        print(f"| reading alone, one thread | recognised {rates['recognised']:.2f} GB/s, extracted {rates['extracted']:.2f} GB/s |" + " |" * 8)

    def parquet(self):
        for shape in ("flat", "nested"):
            events = f"events-{self.size}.{shape}.parquet"
            truth = self.data / f"{events}.truth.json"
            if not (self.data / events).exists():
                log = self.data / f"events-{self.size}.ndjson"
                command = [BENCH / "venv/bin/python", ROOT / "benches/duckdb_rules.py", "--write", shape]
                if run([*command, "--events", log, "--out", self.data / events])["status"] != 0:
                    fail("DuckDB cannot write Parquet")
            shutil.copy(self.data / f"events-{self.size}.ndjson.truth.json", truth)
            for rules, name in [(["three"], "3 detections"), (["three", "fifty"], "3 and 50")]:
                self.pairs(
                    f"{name}, Parquet, {shape}",
                    lambda: self.tokentrail(rules, events),
                    lambda: self.duckdb(rules, events, shape),
                    events,
                )

    def formats(self):
        """The smaller log in other clothes."""
        for ending in ("ndjson", "ndjson.gz", "ndjson.zst", "csv"):
            events = f"events-100k.{ending}"
            self.pairs(f"3 detections, 100k, .{ending}", lambda: self.tokentrail(["three"], events), None, events, 3)

    def start(self):
        lines = self.data / "events-5.ndjson"
        with open(self.data / "events-100k.ndjson", "rb") as log:
            lines.write_bytes(b"".join(next(log) for _ in range(5)))
        walls = {"--version": [], "5 lines": []}
        for _ in range(50):
            walls["--version"].append(run([self.arguments.binary, "--version"])["wall"])
            walls["5 lines"].append(self.tokentrail(["three"], lines)["wall"])
        medians = {what: statistics.median(one) * 1000 for what, one in walls.items()}
        self.figures["start"] = medians
        print(f"| start-up, in ms | `--version` {medians['--version']:.1f}, 3 rules over 5 lines {medians['5 lines']:.1f} |" + " |" * 8)

    def rsigma(self):
        """One detection, the only one that it can say: values counted in a sliding window."""
        binary = self.arguments.rsigma
        if not binary.exists():
            print(f"| rsigma is not at {binary} |" + " |" * 9)
            return
        (BENCH / "sigma").mkdir(exist_ok=True)
        (BENCH / "sigma/countries.yml").write_text(RSIGMA)
        events = "events-100k.ndjson"
        sides = {"tokentrail": [], "rsigma": []}
        for _ in range(3):
            sides["tokentrail"].append(self.tokentrail(["three"], events, extra=["--rule", "countries"]))
            command = [binary, "engine", "eval", "--rules", BENCH / "sigma", "--event", f"@{self.data / events}"]
            command += ["--timestamp-field", "properties.createdDateTime", "--max-state-entries", "10000000", "--no-detections"]
            result = run(command)
            if result["status"] != 0:
                fail("rsigma failed")
            sides["rsigma"].append(result)
        self.put("1 detection (countries), 100k, rsigma on the other side", sides)

    # What is needed

    def events(self, size, ending):
        """A log, written if it is not there."""
        count = {"100k": 100_000, "1m": 1_000_000, "10m": 10_000_000}[size]
        path = self.data / f"events-{size}.{'csv' if ending == 'csv' else 'ndjson' if ending == 'ndjson' else 'ndjson.' + ending}"
        truth = Path(f"{path}.truth.json")
        if path.exists() and truth.exists():
            return
        generate = ROOT / "target/release/examples/generate"
        if ending in ("ndjson", "csv"):
            subprocess.run([generate, "csv" if ending == "csv" else "events", str(count), path], check=True)
            return
        # Through a pipe, so that what is not compressed is never on the disk.
        with open(path, "wb") as out:
            if ending == "gz":
                writer = gzip.GzipFile(fileobj=out, mode="wb", compresslevel=6)
                process = subprocess.Popen([generate, "events", str(count), "-", "1"], stdout=subprocess.PIPE)
                shutil.copyfileobj(process.stdout, writer, 1 << 20)
                writer.close()
            else:
                process = subprocess.Popen([generate, "events", str(count), "-", "1"], stdout=subprocess.PIPE)
                subprocess.run(["zstd", "-q", "-3", "-T2", "-c"], stdin=process.stdout, stdout=out, check=True)
            if process.wait() != 0:
                fail("the generator failed")
        subprocess.run([generate, "truth", str(count), truth], check=True)

    def prepare(self):
        BENCH.mkdir(parents=True, exist_ok=True)
        self.data.mkdir(parents=True, exist_ok=True)
        (BENCH / "errors").touch()
        if not self.arguments.no_build:
            command = ["cargo", "build", "--release", "--bin", "tokentrail", "--example", "generate", "--example", "read"]
            subprocess.run(command, cwd=ROOT, check=True)
        if not (BENCH / "venv/bin/python").exists():
            subprocess.run([sys.executable, "-m", "venv", BENCH / "venv"], check=True)
            pip = [BENCH / "venv/bin/pip", "install", "-q", "-r", ROOT / "benches/requirements.txt"]
            subprocess.run(pip, check=True)
        subprocess.run([ROOT / "target/release/examples/generate", "rules", self.data], check=True)
        for size, ending in [("100k", "ndjson"), ("100k", "gz"), ("100k", "zst"), ("100k", "csv"), (self.size, "ndjson")]:
            self.events(size, ending)

    def all(self):
        jobs = [
            self.start,
            self.three,
            self.fifty,
            self.pack,
            self.thousand,
            self.read,
            self.parquet,
            self.formats,
            self.rsigma,
            self.ten_million,
        ]
        names = self.arguments.job or [job.__name__ for job in jobs]
        self.prepare()
        load = os.getloadavg()[0]
        print(f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, load average {load:.1f}, {self.size} events\n")
        print("| job | wall s | CPU s | MiB | other wall s | CPU s | MiB | wall ratio | CPU ratio | memory ratio |")
        print("|---|---|---|---|---|---|---|---|---|---|")
        wrong = []
        for job in jobs:
            try:
                if job.__name__ in names:
                    job()
            except Wrong as error:
                wrong.append(f"{job.__name__}: {error}")
        (BENCH / "figures.json").write_text(json.dumps(self.figures, indent=1))
        if wrong:
            sys.exit("\n".join(wrong))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="100,000 events instead of a million")
    parser.add_argument("--job", action="append", help="only this job; may be given several times")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--data", type=Path, default=BENCH / "data")
    parser.add_argument("--binary", type=Path, default=ROOT / "target/release/tokentrail")
    parser.add_argument("--rsigma", type=Path, default=BENCH / "rsigma/bin/rsigma")
    parser.add_argument("--no-build", action="store_true", help="what is measured is built already")
    Bench(parser.parse_args()).all()


if __name__ == "__main__":
    main()
