#!/usr/bin/env bash
# Samples a few answers, trains one tiny drafter end to end, stops and resumes it, exports it and loads it.
#   training/smoke_test.sh DSBENCH TARGET.gguf [KIND=dspark] [PYTHON=python3]
# About two minutes on two cores. The drafter is far too small a run to be useful; what is checked: every
# step works, the resumed run equals the uninterrupted one through both stages and with each of the recipe's knobs in use, the
# program drafts with the result.
set -euo pipefail
dsbench=$1 target=$2 kind=${3:-dspark} python=${4:-python3}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$python" "$here/prompts.py" stems --count 12 --output "$work/stems.jsonl"
"$dsbench" sample --target "$target" --workload "$work/stems.jsonl" --raw --output "$work/stems"
"$python" "$here/prompts.py" merge --stems "$work/stems.jsonl" --answers "$work/stems/answers.jsonl" \
  --templated 60 --output "$work/prompts.jsonl"
"$dsbench" sample --target "$target" --workload "$work/prompts.jsonl" --output "$work/samples" \
  --features 1,8,14,20,27 --max-tokens 64
"$python" "$here/prepare.py" --samples "$work/samples" --target "$target" --output "$work/data" \
  --held-out 0.15
train() {  # train RUN ARGUMENTS...
  local run=$1
  shift
  "$python" "$here/train.py" "$kind" --data "$work/data" --target "$target" --run "$work/$run" \
    --budget-flops 1.2e12 --set sequences=8 anchors=8 checkpoint_steps=6 evaluate_steps=12 warmup_steps=4 \
    muon_block=192 aim=1 final_norm_start=0.3 'early={"share":0.4,"block":1,"anchors_times":8,"warm_share":0.3}' "$@"
}
train whole --stop-at-step 12
train halves --stop-at-step 6
train halves --stop-at-step 12
"$python" - "$work" <<'END'
import json, sys, torch
work = sys.argv[1]
first, second = (torch.load(f"{work}/{run}/checkpoint.pt", weights_only=True) for run in ("whole", "halves"))
for name, value in first["model"].items():
    if not torch.equal(value, second["model"][name]):
        sys.exit(f"smoke test: {name} of the resumed run differs from the uninterrupted run's")
lines = [json.loads(line) for line in open(f"{work}/whole/log.jsonl")]
print("resumed run equals the uninterrupted one;", lines[-1])
END
"$python" "$here/export.py" --run "$work/whole" --data "$work/data" --target "$target" --output "$work/drafter"
"$dsbench" run --target "$target" --drafters "none,$kind" --drafter-path "$work/drafter" --limit 1 \
  --max-tokens 16 --warmup 0 --output "$work/results.db"
echo "smoke test passed"
