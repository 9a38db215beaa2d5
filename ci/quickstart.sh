#!/usr/bin/env bash
# From a fresh clone to the main result: installs what is missing, fetches the target model, builds, decodes the shipped
# prompts plainly and with every drafter in models/, greedily and at temperature 1, prints one table and writes a page
# with charts. The first prompts are timed, and as many are run as fit into a stated time, at least 30 an arm. Run again,
# it goes on with a job that was interrupted, or only reruns the job.
# DSBENCH_QUICKSTART_SECONDS (240): time for the decoding. DSBENCH_QUICKSTART_LIMIT: prompts of each domain, instead of a
# time; DSBENCH_QUICKSTART_MAX_TOKENS (64); DSBENCH_WEIGHTS (bf16);
# DSBENCH_DRAFT_LENGTH (3): of the shipped drafters' drafts few survive past the third token, so that verifying
# all seven costs more than it gains. MTP-1 drafts one.
set -euo pipefail
# shellcheck source=ci/lib.sh
source "$(dirname "$0")/lib.sh"
takes_no_arguments "$@"
seconds=${DSBENCH_QUICKSTART_SECONDS:-240}
limit=${DSBENCH_QUICKSTART_LIMIT:-}
max_tokens=${DSBENCH_QUICKSTART_MAX_TOKENS:-64}
weights=${DSBENCH_WEIGHTS:-bf16}
draft_length=${DSBENCH_DRAFT_LENGTH:-3}
threads=$((num_jobs < 2 ? num_jobs : 2))
temperatures=(0 1)
warmup=1 # request an arm

install_missing build fetch
fetch_target
build_release
built_after=$SECONDS

drafters=(none)
for name in dspark dflash eagle3 mtp1:1; do # MTP-1 drafts one token, as in production
  [ ! -d "models/${name%:*}" ] || drafters+=("$name")
done
arms=$(IFS=, && echo "${drafters[*]}")

decode() {  # decode ARMS TEMPERATURE LIMIT RESULTS OPTION...
  build/release/dsbench run --target "$DSBENCH_TARGET" --weights "$weights" \
    --workload workloads/math.jsonl,workloads/code.jsonl,workloads/chat.jsonl --limit "$3" \
    --drafters "$1" --draft-length "$draft_length" --policy fixed --temperature "$2" \
    --max-tokens "$max_tokens" --threads "$threads" --concurrency 1 --seed 1 \
    --label "quickstart, temperature $2" --output "$4" --no-report "${@:5}"
}

choose_limit() {  # sets limit: prompts of each domain
  local first
  first=$(mktemp -d)
  decode none 0 1 "$first/first.db" --warmup 1 2>"$first/log" || { cat "$first/log" >&2; die 1 "the first prompts failed"; }
  mapfile -t chosen < <(python3 ci/quickstart_prompts.py "$first/first.db" --arms ${#drafters[@]} \
    --runs ${#temperatures[@]} --warmup $warmup --seconds "$seconds")
  rm -r "$first"
  [ ${#chosen[@]} -eq 2 ] || die 2 "no number of prompts chosen for DSBENCH_QUICKSTART_SECONDS=$seconds"
  limit=${chosen[0]}
  echo "${chosen[1]} (DSBENCH_QUICKSTART_SECONDS, DSBENCH_QUICKSTART_LIMIT)"
}

# The file of an unfinished job says what it was told, its prompts and where its results are; then a line for each temperature begun.
mkdir -p build/quickstart
job=build/quickstart/unfinished
told="$arms $weights $draft_length $max_tokens $threads $seconds '$limit' $(build/release/dsbench --version)"
begun=()
if [ -f "$job" ] && [ "$(head -n1 "$job")" = "$told" ]; then
  mapfile -t lines <"$job"
  limit=${lines[1]} results=${lines[2]} begun=("${lines[@]:3}")
  echo "Going on with $results, $limit prompts of each domain"
else
  [ -n "$limit" ] || choose_limit
  results=build/quickstart/$(date -u +%Y%m%dT%H%M%SZ).db
  printf '%s\n' "$told" "$limit" "$results" >"$job"
fi

for temperature in "${temperatures[@]}"; do
  resume=()
  if [[ " ${begun[*]} " == *" $temperature "* ]] && [ -f "$results" ]; then resume=(--resume); fi
  [ ${#resume[@]} -gt 0 ] || echo "$temperature" >>"$job"
  echo "Decoding $limit prompts of each domain with $arms, temperature $temperature"
  decode "$arms" "$temperature" "$limit" "$results" --warmup "$warmup" "${resume[@]}"
done
rm "$job"
page=${results%.db}.html
build/release/dsbench report "$results" --html "$page"
cat <<EOF

Page:    $page (open it in a browser: charts, verdict, every figure; it needs no network)
Results: $results (every round of every request, SQLite), $SECONDS s in all, $((SECONDS - built_after)) s of it after the build
Next:
  build/release/dsbench report $results --crosswalk       each tool's acceptance definition from the same rounds
  build/release/dsbench report $results --format markdown a table to paste
  build/release/dsbench generate --prompt "Write a haiku about rivers."   watch the accepted runs
  build/release/dsbench run --help                         your prompts, target, drafter, policy
EOF
