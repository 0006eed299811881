#!/usr/bin/env bash
# Installs the peers that come as Rust crates and Python packages into a folder of their own, and builds the drivers:
#
#     benches/peers/install.sh [FOLDER]        # target/peers, where run.sh looks for them
#
# What fails to install is left out and said: run.sh does without it. Debian's packages are left to you:
#
#     apt-get install ripgrep lnav time
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-$here/../../target/peers}
mkdir -p "$folder"

failed=()
try() { "$@" || failed+=("$*"); }

try cargo install --locked --root "$folder" logdelta@0.3.4
try cargo install --locked --root "$folder" glancelog@2.3.0
try cargo install --locked --root "$folder" --path "$here/drivers"
try python3 -m venv "$folder/venv"
for package in drain3==0.9.11 logmine==0.4.1 petit-log-crunchtools==4.10; do
    try "$folder/venv/bin/pip" install --quiet "$package"
done

((${#failed[@]} == 0)) || printf 'failed: %s\n' "${failed[@]}" >&2
exit $((${#failed[@]} > 0))
