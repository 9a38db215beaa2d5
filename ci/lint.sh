#!/usr/bin/env bash
# clang-format and clang-tidy on the files that changed against a base, with build/dev's compile commands.
# Usage: lint.sh [--all | BASE]. Default base: where this branch left origin/main, or the commit before.
set -euo pipefail
# shellcheck source=ci/lib.sh
source "$(dirname "$0")/lib.sh"
cd "$root"

base_commit() {
  local base
  if base=$(git merge-base HEAD origin/main 2>/dev/null) && [ "$base" != "$(git rev-parse HEAD)" ]; then
    echo "$base"
  else
    git rev-parse --verify -q HEAD~1 || true
  fi
}

changed_files() {  # tracked changes against $base, and files git does not know yet
  git diff --name-only --diff-filter=d "$base" -- '*.cc' '*.h'
  git ls-files --others --exclude-standard -- '*.cc' '*.h'
}

case ${1:-} in
  --all) base= ;;
  '') base=$(base_commit) ;;
  -*) die 2 "unknown option '$1', expected --all or a commit" ;;
  *) base=$(git rev-parse --verify -q "$1^{commit}") || die 2 "no commit '$1'" ;;
esac
if [ -n "$base" ]; then
  mapfile -t files < <(changed_files | sort -u)
  against=" against ${base:0:12}"
else
  mapfile -t files < <(git ls-files -- '*.cc' '*.h')
  against=
fi
echo "lint: ${#files[@]} files$against"
[ ${#files[@]} -eq 0 ] && exit 0

status=0
clang-format --dry-run -Werror "${files[@]}" || status=1
mapfile -t sources < <(printf '%s\n' "${files[@]}" | grep '\.cc$' | while read -r file; do
  # Only what build/dev compiles: fuzz targets belong to another preset.
  if grep -qF "$root/$file\"" build/dev/compile_commands.json; then echo "$file"; fi
done)
if [ ${#sources[@]} -gt 0 ]; then
  printf '%s\n' "${sources[@]}" |
    xargs -P "$num_jobs" -n 1 clang-tidy --quiet -p build/dev --extra-arg=-Wno-unknown-warning-option 2> >(grep -v 'warnings generated' >&2) ||
    status=1
fi
[ $status -eq 0 ] || die 1 "clang-format or clang-tidy found something; clang-format -i FILE formats"
