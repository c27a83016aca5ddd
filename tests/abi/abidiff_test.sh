#!/bin/sh
# Compares the C interface with that of version 1: the types that drawdown.h
# declares, and the symbols of a built libdrawdown_c.
#   abidiff_test.sh LIBRARY COMPILER
#   abidiff_test.sh LIBRARY --record
set -eu
library=$1
here=$(cd "$(dirname "$0")" && pwd)
headers=$here/../../include
baseline=$here/v1/libdrawdown_c.abi
if ! command -v abidiff >/dev/null 2>&1; then
  echo "skipped: abidiff is not installed (Debian package abigail-tools)"
  exit 77
fi
if [ "$2" = --record ]; then
  exec abidw --no-corpus-path --no-comp-dir-path --no-elf-needed --headers-dir "$headers/drawdown" \
    --drop-private-types --out-file "$baseline" "$library"
fi
compiler=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The library's own debug information has no types in most builds. So each
# function of version 1 becomes a variable that points to its type.
{
  echo '#include <drawdown/drawdown.h>'
  sed -n 's/^DRAWDOWN_C_EXPORT .*\b\(drawdown_[a-z0-9_]*\)(.*/__typeof__(\1)* type_of_\1;/p' \
    "$here/v1/drawdown/drawdown.h"
} > "$scratch/types.c"
declared=$(grep -c '^DRAWDOWN_C_EXPORT' "$here/v1/drawdown/drawdown.h")
told=$(grep -c type_of_ "$scratch/types.c")
if [ "$told" -ne "$declared" ]; then
  echo "$told of the $declared functions of version 1 are compared"
  exit 1
fi
"$compiler" -std=gnu99 -g -fPIC -shared -I"$here/v1" "$scratch/types.c" -o "$scratch/v1.so"
"$compiler" -std=gnu99 -g -fPIC -shared -I"$headers" "$scratch/types.c" -o "$scratch/now.so"
abidiff --suppressions "$here/grown.abignore" "$scratch/v1.so" "$scratch/now.so"

# The suppression hides whatever else happens to a struct. So each member of
# version 1 says where it is, how large and of which kind of number.
{
  cat <<'END'
#include <drawdown/drawdown.h>
#include <stddef.h>
#include <stdio.h>
#define KIND(value) _Generic((value), int8_t: "i", int16_t: "i", int32_t: "i", int64_t: "i", \
  uint8_t: "u", uint16_t: "u", uint32_t: "u", uint64_t: "u", default: "-")
#define TELL(type, member) printf("%s.%s at %zu, %zu bytes, %s\n", #type, #member, \
  offsetof(type, member), sizeof(((type*)0)->member), KIND(((type*)0)->member))
int main(void) {
END
  awk '/^typedef struct drawdown_/ { type = $3 }
       /^}/ { type = "" }
       type && /^  [a-z].*;/ {
         sub(/;.*/, ""); sub(/\[.*/, ""); sub(/\)\(.*/, ""); sub(/.*[ *]/, "")
         print "TELL(" type ", " $0 ");"
       }' "$here/v1/drawdown/drawdown.h"
  echo 'return 0; }'
} > "$scratch/members.c"
"$compiler" -std=gnu11 -I"$here/v1" "$scratch/members.c" -o "$scratch/members_v1"
"$compiler" -std=gnu11 -I"$headers" "$scratch/members.c" -o "$scratch/members_now"
"$scratch/members_v1" > "$scratch/v1.txt"
"$scratch/members_now" > "$scratch/now.txt"
echo "$(wc -l < "$scratch/v1.txt") members of version 1:"
diff "$scratch/v1.txt" "$scratch/now.txt"
echo "none has changed"

status=0
abidiff "$baseline" "$library" || status=$?
# Bits: 1 error, 2 usage, 4 change, 8 incompatible change. What was added is a
# change that is allowed; abidiff tells it apart with --no-added-syms.
[ "$status" -eq 0 ] && exit 0
abidiff --no-added-syms "$baseline" "$library"
