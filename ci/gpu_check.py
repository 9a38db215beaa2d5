#!/usr/bin/env python3
"""The checks of gpu_check.sh, in turn, each with its share of ten minutes; writes one JSON.

  card                name, driver, clocks, as nvidia-smi has them
  kernels             every test of a kernel on the device against the double reference
  ptx_wrappers        every wrapper of inline PTX
  batch_invariance    the bits of a row do not depend on its batch
  golden_models       the decoding loop on the tiny models gives the CPU engine's tokens
  compute_sanitizer   memcheck, racecheck and synccheck over the kernels' tests, where it is installed
  roofline            each op: time, bandwidth, share of the card's roofline (gpu_roofline)
  tokens_per_s        batch 1, greedy, the target model with every drafter in models/
  phase_sums          device time by phase from CUPTI against that from events
Each has "result": passed, failed or unavailable, with a "reason" unless it passed. Exit 1 if one failed, 77 without
a device.
"""
import argparse
import datetime
import json
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import time

SECONDS = {"gpu_test": 150, "compute_sanitizer": 60, "roofline": 60, "run": 70}
SANITIZERS = ("memcheck", "racecheck", "synccheck")
CARD_FIELDS = "name,driver_version,memory.total,clocks.max.sm,clocks.max.memory,power.limit,ecc.mode.current"


def passed(**more):
    return {"result": "passed", **more}


def failed(reason, **more):
    return {"result": "failed", "reason": reason, **more}


def unavailable(reason):
    return {"result": "unavailable", "reason": reason}


def run(command, seconds):
    """(exit status, both outputs' end); 124 after too long."""
    try:
        done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=seconds, check=False)
        return done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired:
        return 124, "", f"took longer than {seconds} s"
    except OSError as error:
        return 127, "", str(error)


def group_of(suite, name):
    """Which checks a test of gpu_test belongs to."""
    if "Device" in suite and ("Engine" in suite or "Drafters" in suite or "TargetOnly" in suite):
        return ["golden_models"]
    groups = ["ptx_wrappers" if "Ptx" in suite else "kernels"]
    if "Depend" in name or "Invariant" in name:
        groups.append("batch_invariance")
    return groups


def test_groups(report):
    """GoogleTest's JSON as one check for each group; a group without a test that ran has failed."""
    groups = {name: [] for name in ("kernels", "ptx_wrappers", "batch_invariance", "golden_models")}
    for suite in report.get("testsuites", []):
        for case in suite.get("testsuite", []):
            if case.get("result") != "COMPLETED":
                continue
            for group in group_of(suite["name"], case["name"]):
                groups[group].append((f"{suite['name']}.{case['name']}", not case.get("failures")))
    checks = {}
    for group, tests in groups.items():
        bad = [name for name, ok in tests if not ok]
        if not tests:
            checks[group] = failed("no test of this kind ran")
        elif bad:
            checks[group] = failed(f"{len(bad)} of {len(tests)} tests", failed=bad)
        else:
            checks[group] = passed(num_tests=len(tests))
    return checks


def device_tests(build, folder):
    path = folder / "gpu_test.json"
    code, _, stderr = run([build / "tests/gpu_test", f"--gtest_output=json:{path}", "--gtest_brief=1"],
                          SECONDS["gpu_test"])
    if code not in (0, 1) or not path.exists():
        reason = f"gpu_test ended with {code}: {stderr.strip()[-300:]}"
        return {name: failed(reason) for name in ("kernels", "ptx_wrappers", "batch_invariance", "golden_models")}
    return test_groups(json.loads(path.read_text(encoding="utf-8")))


def compute_sanitizer(build):
    tool = shutil.which("compute-sanitizer") or shutil.which("/usr/local/cuda/bin/compute-sanitizer")
    if not tool:
        return unavailable("no compute-sanitizer in PATH or /usr/local/cuda/bin")
    results = {}
    for name in SANITIZERS:
        code, stdout, stderr = run([tool, "--tool", name, "--error-exitcode", "9", build / "tests/gpu_test",
                                    "--gtest_brief=1", "--gtest_filter=-*Engine*:*Drafters*:*TargetOnly*"],
                                   SECONDS["compute_sanitizer"])
        results[name] = "clean" if code == 0 else f"exit {code}: {(stdout + stderr).strip()[-300:]}"
    bad = [name for name, result in results.items() if result != "clean"]
    return failed(", ".join(bad), tools=results) if bad else passed(tools=results)


def roofline(build):
    code, stdout, stderr = run([build / "gpu_roofline"], SECONDS["roofline"])
    if code != 0:
        return failed(f"gpu_roofline ended with {code}: {stderr.strip()[-300:]}")
    return passed(**json.loads(stdout))


def decode(build, target, drafters, database, source):
    """One run of the program on the device, every drafter in turn, with device times from `source`."""
    return run([build / "dsbench", "run", "--device", "cuda", "--target", target, "--drafters", ",".join(drafters),
                "--concurrency", "1", "--temperature", "0", "--limit", "4", "--max-tokens", "96", "--device-time",
                "--device-time-source", source, "--output", database, "--no-report"], SECONDS["run"])


def drafter_names(models):
    return ["none"] + sorted(path.parent.name for path in models.glob("*/config.json"))


def tokens_per_s(database):
    """{drafter: output tokens after the first burst by the seconds they took}, measured requests of batch 1."""
    rows = sqlite3.connect(database).execute(
        "SELECT run.drafter, SUM(num_output_tokens - first_burst_tokens), SUM(finished_ns - first_ns) "
        "FROM request JOIN run ON run.id = request.run_id WHERE phase = 'measured' AND finished_ns > first_ns "
        "AND NOT EXISTS (SELECT 1 FROM phase_time WHERE phase_time.run_id = run.id "
        "AND device_busy_ns IS NOT NULL) GROUP BY run.drafter")
    return {drafter: round(tokens / (ns / 1e9), 2) for drafter, tokens, ns in rows}


def phase_ns(database, column):
    """{drafter/phase: device nanoseconds a step} of the observed runs."""
    rows = sqlite3.connect(database).execute(
        f"SELECT run.drafter || '/' || phase, SUM({column}), COUNT(DISTINCT step_idx) FROM phase_time "
        f"JOIN run ON run.id = phase_time.run_id WHERE {column} IS NOT NULL GROUP BY 1")
    return {key: ns / steps for key, ns, steps in rows}


def compare_phases(cupti, events):
    """CUPTI's busy time of a phase lies within the span that events give it, gaps included: at most 5 % more."""
    both = sorted(cupti.keys() & events.keys())
    if not both:
        return failed("no phase has device time from both sources")
    table = {key: {"cupti_ns": round(cupti[key]), "event_ns": round(events[key])} for key in both}
    bad = [key for key in both if cupti[key] > 1.05 * events[key]]
    if bad:
        return failed("CUPTI's sum is above the events' span: " + ", ".join(bad), phases=table)
    return passed(phases=table)


def decoding(build, target, folder, models):
    """tokens_per_s and phase_sums."""
    if not target or not pathlib.Path(target).exists():
        reason = "no target model file"
        return {"tokens_per_s": unavailable(reason), "phase_sums": unavailable(reason)}
    checks = {}
    databases = {}
    for source in ("cupti", "cuda_event"):
        databases[source] = folder / f"gpu_check_{source}.db"
        databases[source].unlink(missing_ok=True)
        code, _, stderr = decode(build, target, drafter_names(models), databases[source], source)
        if code != 0:
            checks[source] = failed(f"dsbench run with {source} ended with {code}: {stderr.strip()[-300:]}")
    if "cuda_event" in checks:
        return {"tokens_per_s": checks["cuda_event"], "phase_sums": checks["cuda_event"]}
    speeds = tokens_per_s(databases["cuda_event"])
    result = {"tokens_per_s": passed(tokens_per_s=speeds) if speeds else failed("no measured request")}
    result["phase_sums"] = checks.get("cupti") or compare_phases(
        phase_ns(databases["cupti"], "device_busy_ns"), phase_ns(databases["cuda_event"], "device_busy_ns"))
    return result


def card():
    code, stdout, _ = run(["nvidia-smi", f"--query-gpu={CARD_FIELDS}", "--format=csv,noheader"], 30)
    if code != 0 or not stdout.strip():
        return None
    return dict(zip(CARD_FIELDS.split(","), (field.strip() for field in stdout.splitlines()[0].split(","))))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--target", default="")
    parser.add_argument("--output", type=pathlib.Path, required=True)
    options = parser.parse_args()
    root = pathlib.Path(__file__).parents[1]
    device = card()
    if device is None:
        print("gpu_check.py: skipped, nvidia-smi shows no device", file=sys.stderr)
        sys.exit(77)
    start = time.monotonic()
    folder = options.output.parent
    folder.mkdir(parents=True, exist_ok=True)
    commit = run(["git", "-C", root, "rev-parse", "HEAD"], 30)[1].strip()
    checks = device_tests(options.build, folder)
    checks["compute_sanitizer"] = compute_sanitizer(options.build)
    checks["roofline"] = roofline(options.build)
    checks.update(decoding(options.build, options.target, folder, root / "models"))
    report = {"date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"), "commit": commit,
              "card": device, "seconds": round(time.monotonic() - start, 1), "checks": checks}
    options.output.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    for name, check in checks.items():
        print(f"{check['result']:<12} {name}" + (f": {check['reason']}" if "reason" in check else ""))
    print(f"{report['seconds']} s, {options.output}")
    sys.exit(1 if any(check["result"] == "failed" for check in checks.values()) else 0)


if __name__ == "__main__":
    main()
