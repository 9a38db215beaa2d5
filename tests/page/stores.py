"""Results files for the tests of the page, each made in a second or two by the program itself."""
import json
import pathlib
import sqlite3
import subprocess

ROOT = pathlib.Path(__file__).parents[2]
HOSTILE = "<script>alert(1)</script>]]>\"' \u202eabc\u05d0 &amp; =1+1"
LONG = "x" * 10000
FORMULA = "=cmd|'/C calc'!A0 \u202e\x1b[31m<b>"  # as an arm


def run(program, *arguments):
    """What the command prints."""
    return subprocess.run([program, *map(str, arguments)], cwd=ROOT / "workloads", check=True, capture_output=True).stdout


def change(path, *statements):
    """SQL on a results file that is then as measured and as strange as a test wants it."""
    db = sqlite3.connect(path)
    with db:
        for statement, values in statements:
            db.execute(statement, values)
    db.close()


def make_paired(program, path):
    """Two questions of four arms on 12 prompts, with confidences, and one at two depths of context; hostile text where a
    file may have it."""
    workload = ("--workload", "math.jsonl,code.jsonl,chat.jsonl", "--max-tokens", 48, "--engine", "null",
                "--null-step-us", 50, "--output", path, "--no-report")
    for temperature in (0, 1):
        run(program, "run", *workload, "--limit", 4, "--drafters", "none,dspark:3,eagle3:5,mtp1:1", "--temperature",
            temperature, "--label", "page")
    run(program, "run", *workload, "--limit", 2, "--drafters", "none,dspark:3", "--context-depth", "0,64", "--label", "deep")
    change(path, ("DELETE FROM run_flag WHERE flag = 'synthetic_acceptance'", ()),
           ("UPDATE run SET label = ? WHERE temperature = 1 AND label = 'page'", (HOSTILE,)))


def make_load(program, path):
    """Three loads of three arms twice on a virtual clock, with an SLO; one of the arms schedules. With one seed both times
    would be the same, so it is two sweeps."""
    for seed in (1, 2):
        run(program, "sweep", "--engine", "simulated", "--cost-table", ROOT / "published/v4-flash-b300-tp4.cost.json",
            "--acceptance", "model:3@5", "--load", "closed", "--points", "1,8,32", "--passes", 1, "--seed", seed,
            "--workload", "math.jsonl,code.jsonl", "--limit", 16, "--drafters", "none,dspark:5,dspark:5:lagged",
            "--max-tokens", 64, "--slo", "ttft=2000ms,decode_rate=30", "--output", path, "--label", f"load{seed}")
    change(path, ("DELETE FROM run_flag WHERE flag = 'synthetic_acceptance'", ()),
           ("UPDATE run SET label = ? || substr(label, 5)", (HOSTILE + LONG,)))


def make_imported(program, path):
    """What another program measured of a server with a drafter, and without: no rounds, no steps."""
    source = ROOT / "tests/golden/wire/vllm_bench.json"
    plain = json.loads(source.read_text(encoding="utf-8"))
    plain["itls"] = [[1.5 * gap for gap in gaps] for gaps in plain["itls"]]
    other = pathlib.Path(path).with_suffix(".json")
    other.write_text(json.dumps(plain), encoding="utf-8")
    for file, arm in ((other, "none"), (source, "eagle3")):
        run(program, "import", "vllm-bench", file, "--output", path, "--arm", arm)
    change(path, ("UPDATE run SET drafter = ? WHERE drafter = 'eagle3'", (FORMULA,)))


class Report:
    """A results file's page, its JSON and its charts' files."""

    def __init__(self, program, results, folder):
        self.results = results
        self.file = pathlib.Path(folder) / "report.html"
        self.charts = pathlib.Path(folder) / "charts"
        self.json = json.loads(run(program, "report", results, "--format", "json", "--crosswalk", "--paper", "--html",
                                   self.file, "--figures", self.charts))
        self.html = self.file.read_text(encoding="utf-8")
        self.figures = figures(self.json)


def figures(report):
    """{(run, metric, scope, baseline run or None): entry} of the JSON report."""
    found = {}
    for group in report["sets"]:
        for arm in group["arms"]:
            for metric in arm["metrics"]:
                found[arm["run"]["id"], metric["metric"], metric["scope"], None] = metric
        for comparison in group["comparisons"]:
            for scope in comparison["scopes"]:
                def put(name, entry):
                    found[comparison["candidate_run"], name, scope["scope"], comparison["baseline_run"]] = entry
                for name in ("speedup", "accepted_length_factor", "step_time_factor"):
                    put(name, scope[name])
                for metric in scope["metrics"]:
                    put(metric["metric"], metric["ratio"])
    return found
