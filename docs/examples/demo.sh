#!/bin/sh
# From nothing to a reconciled month: writes the example data set, keeps books
# of it, and proves that `reconcile` finds exactly the discrepancies that are
# planted in the two bills.
#
#   demo.sh DRAWDOWN DIR      DRAWDOWN is the program, DIR is made and must be
#                             empty or new
set -eu
export LC_ALL=C

if [ $# -ne 2 ]; then
  echo "usage: $0 DRAWDOWN DIR" >&2
  exit 2
fi
case $1 in
  */*) drawdown=$(cd "$(dirname "$1")" && pwd)/$(basename "$1") ;;
  *) drawdown=$1 ;;
esac
mkdir -p "$2"
cd "$2"

export DRAWDOWN_LEDGER=books
period=2026-10
at=2026-11-01T00:00:00Z  # the books as of the end of that month

# For people: a table even when the output goes to a file.
show() { "$drawdown" "$@" --format table; }
say() { printf '\n== %s\n' "$*"; }
fail() { echo "demo: $*" >&2; exit 1; }

# Columns of a CSV file by name, of rows whose class is not clean. Commas and
# quotes occur only after the columns that are asked for.
breaks() {
  awk -F, -v want="class,pool,period_start,period_end,billed_cost,expected_cost,difference,currency" '
    NR == 1 {
      for (i = 1; i <= NF; i++) column[$i] = i
      count = split(want, name, ",")
      for (i = 1; i <= count; i++) {
        if (!(name[i] in column)) { print "no column " name[i]; exit 1 }
      }
      next
    }
    $column["class"] ~ /^(matched|within_tolerance|rounding|non_usage)$/ { next }
    {
      line = ""
      for (i = 1; i <= count; i++) line = line "," $column[name[i]]
      print substr(line, 2)
    }' "$@"
}

# reconcile CONTRACT BILL: 1 is the expected exit, as the bills are wrong.
reconcile() {
  rc=0
  show reconcile --contract "$1" --period $period --at $at \
    --tenant-tag tenant --breaks "breaks-$1.csv" --report "reconcile-$1.html" \
    "$2" || rc=$?
  [ $rc -eq 1 ] || fail "reconcile of $2 exited with $rc, not 1"
}

say "the data set"
show example data

say "books, and the contracts in them"
"$drawdown" init
"$drawdown" contract apply data/aws-2025.textproto data/nordgpu-2026.textproto
show contract list

say "a month of runs"
"$drawdown" import runs data/runs.csv
total() {
  "$drawdown" usage --from 2026-10-01T00:00:00Z --at $at --format csv
}
before=$(total)
say "the same file again changes nothing"
"$drawdown" import runs data/runs.csv
[ "$(total)" = "$before" ] || fail "the second import changed the usage"

say "usage by tenant and day"
show usage --by tenant,day --from 2026-10-01T00:00:00Z --at $at >usage.txt
head -n 12 usage.txt

say "the state of the commitments"
# Before the end: at the end itself the next intervals begin.
show status --at 2026-10-31T22:00:00Z

say "what is owed"
show statement --contract aws-2025 --period $period --at $at
show statement --contract nordgpu-2026 --period $period --at $at

say "what the bills say"
show bill summary data/bill-aws-2026-10.csv.gz
show bill summary data/bill-nordgpu-2026-10.csv

say "which of their lines are wrong"
reconcile aws-2025 data/bill-aws-2026-10.csv.gz
reconcile nordgpu-2026 data/bill-nordgpu-2026-10.csv

say "against the answers"
breaks data/planted.csv | sort >expected.txt
for contract in aws-2025 nordgpu-2026; do
  breaks "breaks-$contract.csv"
done | sort >found.txt
diff expected.txt found.txt ||
  fail "found (>) is not what was planted (<); see $2/found.txt"
items=$(wc -l <expected.txt | tr -d ' ')
plants=$(sed 1d data/planted.csv | cut -d, -f1 | sort -u | wc -l | tr -d ' ')
errors=$(sed 1d data/planted.csv | cut -d, -f2 | sort -u | wc -l | tr -d ' ')
echo "reconcile found exactly the $plants planted discrepancies of $errors kinds ($items items)"

say "the books are sound"
show verify

say "pages to look at"
"$drawdown" report --html commitments.html --at 2026-10-31T22:00:00Z
for page in commitments reconcile-aws-2025 reconcile-nordgpu-2026; do
  echo "$2/$page.html"
done
