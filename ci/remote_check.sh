#!/usr/bin/env bash
# Measures real servers on this machine and crosschecks the shipped drafters in them; says at its end what held.
# Usage: remote_check.sh [PART...]; without one all of them, in this order:
#   llama    DSpark and DFlash in llama.cpp's server (PyPI wheel, 34 MB) against this program, round by round
#   speed    60 prompts on llama.cpp's server, plain against DSpark: paired speed-up, rounds recovered
#   clients  the same requests by this program and by `vllm bench serve`, beside what the servers counted
#   vllm     all four drafters in vLLM's CPU build (6 GB, 6 minutes to install) against this program
#   control  DFlash and DSpark with that build's own K norm: the crosscheck must name both
#   law      that build at temperature 1, which it must call wrong, and at 0, which it must call right
# DSBENCH_REMOTE_FOLDER (build/remote): environments, exported models, results and logs. A part that held is not done
# again while PART.held is there; remove the folder to begin from nothing. Everything listens on 127.0.0.1 and is ended.
# DSBENCH_ALONE: a command put before the timed ones, which runs its arguments when the machine is quiet.
set -euo pipefail
# shellcheck source=ci/lib.sh
source "$(dirname "$0")/lib.sh"
check_usage -- "$@"
readonly all_parts=(llama speed clients vllm control law)
parts=("$@")
[ $# -gt 0 ] || parts=("${all_parts[@]}")
for part in "${parts[@]}"; do
  [[ " ${all_parts[*]} " == *" $part "* ]] || die 2 "found '$part', expected one of: ${all_parts[*]}"
done

install_missing build fetch peers
fetch_target
if [ -z "${DSBENCH_PROGRAM:-}" ]; then
  build_release
  DSBENCH_PROGRAM=build/release/dsbench
fi
dsbench=$(realpath "$DSBENCH_PROGRAM")
work=${DSBENCH_REMOTE_FOLDER:-$root/build/remote}
mkdir -p "$work"
work=$(realpath "$work")
cd "$root"
read -ra alone <<<"${DSBENCH_ALONE:-}"
# shellcheck source=ci/remote_servers.sh
source ci/remote_servers.sh
trap stop_servers EXIT

# Both engines in float32 on the same bf16 weights: on processors with bf16 products this program would round its
# activations to bf16, as no server's float32 does.
export DSBENCH_ISA=avx2
grep -qw avx512vl /proc/cpuinfo && DSBENCH_ISA=avx512
readonly crosscheck_load=(--workload workloads/code.jsonl --limit 20 --max-tokens 64 --warmup 1)
readonly control_load=(--workload workloads/code.jsonl --limit 8 --max-tokens 64 --warmup 1)

measure() {  # measure NAME OPTION...: a results file, whole or not at all
  [ -e "$work/$1.db" ] && return
  rm -f "$work/$1.part"*
  "$dsbench" run --no-report --output "$work/$1.part.db" "${@:2}" >"$work/$1.log" 2>&1 ||
    { tail -n 5 "$work/$1.log" >&2 && return 1; }
  mv "$work/$1.part.db" "$work/$1.db"
}

native() { measure native --drafters none,dspark,dflash,eagle3:3,mtp1:3 --weights bf16 "${crosscheck_load[@]}"; }

served() {  # served NAME USERS OPTION...: token ids of ours, so that both engines read the same prompts
  measure "$1" --engine remote --api completions --target "$DSBENCH_TARGET" --idle-timeout 900 --concurrency "$2" "${@:3}"
}

crosscheck() {  # crosscheck EXPECTED_CODE LEFT RIGHT OPTION...: prints the table; holds if it ends with that code
  local code=0
  "$dsbench" crosscheck "$work/$2.db" "$work/$3.db" --target "$DSBENCH_TARGET" --format markdown "${@:4}" \
    >"$work/$3.md" || code=$?
  cat "$work/$3.md"
  [ "$code" -eq "$1" ] || { echo "FAILED: crosscheck of $3 ended with $code, expected $1" && return 1; }
}

part_llama() {
  native
  if [ ! -e "$work/llama.db" ]; then
    start_llama && local plain=$url
    start_llama dspark && local dspark=$url
    start_llama dflash && local dflash=$url
    "$dsbench" probe "$dspark" --api completions
    served llama 1 "${crosscheck_load[@]}" --arm "plain=$plain" --arm "dspark=$dspark" --arm "dflash=$dflash"
  fi
  crosscheck 0 native llama --least-identical 0.85
}

part_speed() {  # interrupted, it goes on where it was
  local resume=()
  if [ ! -e "$work/speed.db" ]; then
    start_llama && local plain=$url
    start_llama dspark && local dspark=$url
    [ -e "$work/speed.part.db" ] && resume=(--resume)
    "${alone[@]}" "$dsbench" run --engine remote --api completions --arm "plain=$plain" --arm "dspark=$dspark" \
      --workload workloads/code.jsonl,workloads/math.jsonl,workloads/chat.jsonl --limit 20 --max-tokens 16 --warmup 1 \
      --idle-timeout 900 --no-report --output "$work/speed.part.db" "${resume[@]}"
    mv "$work/speed.part.db" "$work/speed.db"
  fi
  "$dsbench" report "$work/speed.db"
}

part_clients() {
  install_vllm
  export_model target vllm "$work/target_vllm"
  start_llama && local plain=$url
  start_llama dspark && local dspark=$url
  local arm held=0
  for arm in "plain=$plain" "dspark=$dspark"; do
    "${alone[@]}" "$work/vllm_venv/bin/python" ci/compare_clients.py --program "$dsbench" --folder "$work" \
      --tokenizer "$work/target_vllm" --workload workloads/code.jsonl "${arm%%=*}" "${arm#*=}" || held=1
  done
  return "$held"
}

part_vllm() {
  native
  local drafter held=0
  for drafter in eagle3 mtp1 dspark dflash; do
    if [ ! -e "$work/vllm_$drafter.db" ]; then
      start_vllm "$drafter"
      served "vllm_$drafter" 4 "${crosscheck_load[@]}" --arm "$drafter=$url"
      stop_servers
    fi
    crosscheck 0 native "vllm_$drafter" --least-identical 0.85 || held=1
  done
  return "$held"
}

part_control() {
  native
  local drafter held=0
  for drafter in dflash dspark; do
    if [ ! -e "$work/control_$drafter.db" ]; then
      start_vllm "$drafter" --k-norm-as-is
      served "control_$drafter" 4 "${control_load[@]}" --arm "$drafter=$url"
      stop_servers
    fi
    crosscheck 1 native "control_$drafter" || held=1
  done
  return "$held"
}

part_law() {
  local sampled=(--workload workloads/code.jsonl --limit 8 --max-tokens 48 --warmup 0 --temperature 1)
  measure native_sampled --drafters eagle3:3 --weights bf16 "${sampled[@]}"
  native
  if [ ! -e "$work/law_1.db" ]; then
    start_vllm eagle3
    served law_0 4 "${crosscheck_load[@]}" --arm "eagle3=$url"
    served law_1 4 "${sampled[@]}" --arm "eagle3=$url"
  fi
  crosscheck 0 native law_0 && crosscheck 1 native_sampled law_1
}

failed=()
for part in "${parts[@]}"; do
  if [ -e "$work/$part.held" ]; then
    cat "$work/$part.held"
    continue
  fi
  echo "== $part"
  set +e # or the part would go on behind a command that failed
  (set -e && trap stop_servers EXIT && "part_$part") >"$work/$part.out"
  code=$?
  set -e
  cat "$work/$part.out"
  if [ "$code" -eq 0 ]; then mv "$work/$part.out" "$work/$part.held"; else failed+=("$part"); fi
done
[ ${#failed[@]} -eq 0 ] || die 1 "did not hold: ${failed[*]}"
echo "held: ${parts[*]}"
