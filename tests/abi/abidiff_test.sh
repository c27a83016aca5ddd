#!/bin/sh
# Compares the C interface of a built libdrawdown_c with that of version 1.
#   abidiff_test.sh LIBRARY [--record]
set -eu
library=$1
here=$(cd "$(dirname "$0")" && pwd)
headers=$here/../../include/drawdown
baseline=$here/v1/libdrawdown_c.abi
if ! command -v abidiff >/dev/null 2>&1; then
  echo "skipped: abidiff is not installed (Debian package abigail-tools)"
  exit 77
fi
if [ "${2:-}" = --record ]; then
  exec abidw --no-corpus-path --no-comp-dir-path --no-elf-needed --headers-dir "$headers" \
    --drop-private-types --out-file "$baseline" "$library"
fi
status=0
abidiff --headers-dir2 "$headers" --drop-private-types "$baseline" "$library" || status=$?
# Bits: 1 error, 2 usage, 4 change, 8 incompatible change. What was added is a
# change that is allowed; abidiff tells it apart with --no-added-syms.
[ "$status" -eq 0 ] && exit 0
abidiff --no-added-syms --headers-dir2 "$headers" --drop-private-types \
  "$baseline" "$library"
