# shellcheck shell=bash
# The parts of ci/test.sh and ci/nightly.sh: each is timed and counted; sourced, never run.
# shellcheck source=ci/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
names=() results=() times=()
test_results=$root/build/test-results

part() {  # part NAME COMMAND...: runs it, notes result and time; a failure does not end the script
  local name=$1 start=$SECONDS result=passed
  shift
  echo "== $name"
  ("$@") || result=FAILED
  names+=("$name") results+=("$result") times+=($((SECONDS - start)))
  [ $result = passed ]
}

configure() {  # configure PRESET OPTION...
  mkdir -p build
  cmake --preset "$@" >"build/configure-$1.log" 2>&1 || { cat "build/configure-$1.log" >&2; return 1; }
}

# The results of its GoogleTest binaries are counted. One more than there are cores: some wait for locks, disks, a browser.
run_ctest() {  # run_ctest NAME FOLDER ARGUMENT...
  mkdir -p "$test_results/$1"
  GTEST_OUTPUT="xml:$test_results/$1/" \
    ctest --test-dir "$2" -j "$((num_jobs + 1))" --output-on-failure --no-tests=error "${@:3}"
}

begin_parts() {  # begin_parts SECTION...: installs those packages and fetches the target
  rm -rf "$test_results"
  mkdir -p build
  part "packages" install_missing "$@" || exit 3
  local start=$SECONDS
  echo "== target model"
  fetch_target
  names+=("target model") results+=(passed) times+=($((SECONDS - start)))
}

finish() {  # prints the times and, last, one line of counts; its exit status is the script's
  local i failed_parts=0
  echo "== time of each part"
  for i in "${!names[@]}"; do
    printf '%6d s  %-7s %s\n' "${times[$i]}" "${results[$i]}" "${names[$i]}"
    [ "${results[$i]}" = passed ] || failed_parts=$((failed_parts + 1))
  done
  printf '%6d s  in all\n' "$SECONDS"
  python3 ci/count_tests.py "$test_results" "${#names[@]}" "$failed_parts"
}
