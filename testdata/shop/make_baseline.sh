#!/usr/bin/env bash
# Learns testdata/shop/shop.base from testdata/shop/baseline. The file is the same
# bytes on every machine and for every number of threads; make it again whenever
# the rules that make shapes out of lines, or the file's format, have changed.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec cargo run --quiet --locked -- learn --tz UTC -o testdata/shop/shop.base testdata/shop/baseline </dev/null
