#!/usr/bin/env bash
# From a fresh clone to the main result: installs what is missing, fetches the target model, builds, decodes the shipped
# prompts plainly and with every drafter in models/, greedily and at temperature 1, and prints one table. Run again, it only
# reruns the job.
# DSBENCH_QUICKSTART_LIMIT (20): prompts of each domain; DSBENCH_QUICKSTART_MAX_TOKENS (64); DSBENCH_WEIGHTS (bf16);
# DSBENCH_DRAFT_LENGTH (3): of the shipped drafters' drafts few survive past the third token, so that verifying
# all seven costs more than it gains. MTP-1 drafts one.
set -euo pipefail
# shellcheck source=ci/lib.sh
source "$(dirname "$0")/lib.sh"
limit=${DSBENCH_QUICKSTART_LIMIT:-20}
max_tokens=${DSBENCH_QUICKSTART_MAX_TOKENS:-64}
weights=${DSBENCH_WEIGHTS:-bf16}
draft_length=${DSBENCH_DRAFT_LENGTH:-3}
threads=$((num_jobs < 2 ? num_jobs : 2))

install_missing build fetch
fetch_target
build_release

results=build/quickstart/$(date -u +%Y%m%dT%H%M%SZ).db
mkdir -p build/quickstart
drafters=none
for name in dspark dflash eagle3 mtp1:1; do # MTP-1 drafts one token, as in production
  [ ! -d "models/${name%:*}" ] || drafters+=",$name"
done
for temperature in 0 1; do
  echo "Decoding $limit prompts of each domain with $drafters, temperature $temperature"
  build/release/dsbench run --target "$DSBENCH_TARGET" --weights "$weights" \
    --workload workloads/math.jsonl,workloads/code.jsonl,workloads/chat.jsonl --limit "$limit" \
    --drafters "$drafters" --draft-length "$draft_length" --policy fixed --temperature "$temperature" \
    --max-tokens "$max_tokens" --threads "$threads" --concurrency 1 --seed 1 \
    --label "quickstart, temperature $temperature" --output "$results" --no-report
done
build/release/dsbench report "$results"
cat <<EOF

Results: $results (every round of every request, SQLite), $SECONDS s in all
Next:
  build/release/dsbench report $results --crosswalk       each tool's acceptance definition from the same rounds
  build/release/dsbench report $results --format markdown a table to paste
  build/release/dsbench generate --prompt "Write a haiku about rivers."   watch the accepted runs
  build/release/dsbench run --help                         your prompts, target, drafter, policy
EOF
