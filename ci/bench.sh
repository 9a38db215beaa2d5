#!/usr/bin/env bash
# Builds every Google Benchmark binary and runs it. Usage: bench.sh [FILTER]: only rows that match the expression.
# DSBENCH_BENCH_SECONDS (0.5): least time for a row. Results also go to build/bench/NAME.json.
# Run it on a machine that does nothing else: the figures are times.
set -euo pipefail
# shellcheck source=ci/lib.sh
source "$(dirname "$0")/lib.sh"
check_usage -- "$@"
filter=${1:-.}
min_time=${DSBENCH_BENCH_SECONDS:-0.5}

install_missing build fetch bench
fetch_target
cd "$root"
cmake --preset release -DBUILD_TESTING=OFF -DDSB_BENCHMARKS=ON >/dev/null ||
  die 3 "cmake could not configure build/release"
mapfile -t targets < <(ninja -C build/release -t targets all | sed -n 's/^\([a-z0-9_]*_bench\): phony$/\1/p' | sort -u)
[ ${#targets[@]} -gt 0 ] || die 1 "no benchmark target in build/release"
cmake --build --preset release -j "$num_jobs" --target "${targets[@]}" dsbench

mkdir -p build/bench
echo "machine: $(machine_line)"
for target in "${targets[@]}"; do
  binary=$(find build/release -name "$target" -type f -perm -u+x -print -quit)
  echo "== $target"
  "$binary" --benchmark_filter="$filter" --benchmark_min_time="$min_time" \
    --benchmark_out="build/bench/$target.json" --benchmark_out_format=json || die 1 "$target failed"
done
