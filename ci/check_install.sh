#!/usr/bin/env bash
# Installs a built program into another root and runs it there as a stranger would: the copy moved elsewhere, another
# working folder, no variables of the user's, and, as far as this machine lets us, the source tree hidden, no network and
# another user. Says what it could not do.
# Usage: check_install.sh [--package] [FOLDER]: a build folder (build/dev). --package: installs the Debian package that CPack
# makes there, and with a target model runs a short form of the quick start's job. Exit 0: it works; 1: it does not.
set -euo pipefail
# shellcheck source=ci/lib.sh
source "$(dirname "$0")/lib.sh"
check_usage --package -- "$@"
package=
if [ "${1:-}" = --package ]; then package=yes && shift; fi
folder=$(realpath "${1:-$root/build/dev}")
[ -x "$folder/dsbench" ] || die 2 "no program in $folder"

place=$(mktemp -d)
trap 'chmod -R u+w "$place" && rm -rf "$place"' EXIT
chmod 755 "$place"
if [ -n "$package" ]; then
  (cd "$folder" && cpack -G DEB -B "$place" >"$place/cpack.log" 2>&1) || { cat "$place/cpack.log" >&2; die 1 "cpack failed"; }
  deb=$(echo "$place"/dsbench_*.deb)
  dpkg-deb --field "$deb" Package Version Architecture Installed-Size Depends
  dpkg-deb -x "$deb" "$place/root"
else
  DESTDIR=$place/root cmake --install "$folder" --prefix /usr >"$place/install.log" 2>&1 ||
    { cat "$place/install.log" >&2; die 1 "cmake --install failed"; }
fi
# Elsewhere: nothing may depend on where it was put.
mkdir "$place/opt" "$place/work"
mv "$place/root/usr" "$place/opt/dsbench"
for file in bin/dsbench share/man/man1/dsbench.1.gz share/bash-completion/completions/dsbench \
  share/dsbench/models/{dspark,dflash,eagle3,mtp1}/{config.json,model.safetensors,card.md} share/dsbench/models/target.json \
  share/dsbench/workloads/{math,code,chat}.jsonl share/dsbench/ci/fetch_target.py; do
  [ -s "$place/opt/dsbench/$file" ] || die 1 "$file was not installed"
done
# A sanitized build names sources in its messages, never a folder.
if strings -a "$place/opt/dsbench/bin/dsbench" | grep -F "$root/" | grep -vE '\.(cc|h)\b'; then die 1 "the program names its source folder"; fi
chmod -R a-w "$place/opt"
chmod 777 "$place/work"
target=${DSBENCH_TARGET:-}
if [ -n "$target" ]; then cp "$target" "$place/target.gguf" && chmod 444 "$place/target.gguf"; fi

cat >"$place/stranger.sh" <<'EOF'
set -Eeuo pipefail
trap 'echo "failed: $BASH_COMMAND" >&2' ERR
cd "$1/work"
export PATH="$1/opt/dsbench/bin:$PATH"
dsbench help >/dev/null
dsbench env >/dev/null
dsbench run --engine null --limit 2 --max-tokens 8 --warmup 0 --output null.db --no-report
# Into files, read afterwards: grep -q closes its pipe at the first match, which kills whoever still writes.
dsbench report null.db --full --html page.html >full.txt
grep -q 'math' full.txt
grep -q '<svg' page.html
# The first drafter that is looked for comes after the target: an empty one is enough to get there.
printf nothing >empty.gguf
if dsbench run --target empty.gguf --drafters all --output none.db 2>said; then exit 1; fi
grep -q 'empty.gguf' said || { cat said; exit 1; }
(source "$1/opt/dsbench/share/bash-completion/completions/dsbench")
gzip -dc "$1/opt/dsbench/share/man/man1/dsbench.1.gz" >dsbench.1
grep -q '^.SH COMMANDS' dsbench.1
if [ -n "$2" ]; then
  for temperature in 0 1; do  # as ci/quickstart.sh, with fewer prompts
    dsbench run --target "$1/target.gguf" --weights bf16 --limit 1 --drafters none,dspark,dflash,eagle3,mtp1:1 \
      --draft-length 3 --temperature $temperature --max-tokens 16 --warmup 0 --output job.db --no-report
  done
  dsbench report job.db | tail -n 12
fi
EOF
chmod 444 "$place/stranger.sh"
with_job=
[ -z "$package" ] || [ -z "$target" ] || with_job=yes
run=(env -i "PATH=/usr/bin:/bin" "HOME=$place/no-home" bash "$place/stranger.sh" "$place" "$with_job")
done_without=()
# Another user, if we may be one.
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
  run=(setpriv --reuid nobody --regid nogroup --clear-groups "${run[@]}")
else
  done_without+=("another user")
fi
if unshare -rmn true 2>/dev/null; then
  # An empty folder over the source, and no network but a loopback that is down.
  isolate=(unshare -mn)
  [ "$(id -u)" -eq 0 ] || isolate=(unshare -rmn)
  # shellcheck disable=SC2016 # the arguments are expanded inside
  run=("${isolate[@]}" bash -c 'mount -t tmpfs none "$0" && exec "$@"' "$root" "${run[@]}")
else
  done_without+=("the source hidden" "the network off")
fi
"${run[@]}" || die 1 "the installed program failed"
echo "installed and run elsewhere${done_without[*]:+; not tried here: $(IFS=, && echo "${done_without[*]}")}"
