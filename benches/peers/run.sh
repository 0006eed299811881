#!/usr/bin/env bash
# Logsurge beside its peers on any log: benches/peers/run.sh FILE [--runs 5]; --help says the rest.
exec python3 "$(dirname "$0")/run.py" "$@"
