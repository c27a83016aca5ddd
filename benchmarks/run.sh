#!/bin/sh
# Runs every benchmark of a build folder and prints its ratios.
#
#   benchmarks/run.sh BUILD_DIR
#
# The store's benchmarks write below BUILD_DIR, so it must be on the disk that
# is to be measured, not on a tmpfs. Machines are busy and noisy: the ratios
# count, and each program prints the load average.
set -eu

if [ $# -ne 1 ] || [ ! -d "$1/benchmarks" ]; then
  echo "usage: benchmarks/run.sh BUILD_DIR (built with -DDRAWDOWN_BUILD_BENCHMARKS=ON)" >&2
  exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
with_servers=$here/peers/with_servers.sh
cd "$1"
# Where the kernel schedules by group (autogroup), this one goes first: for steadier figures.
{ echo -19 >/proc/self/autogroup; } 2>/dev/null || true

echo "== import: runs, durable, beside SQLite"
benchmarks/store/import_benchmark
echo "== one durable call, beside a sync of the disk, SQLite and PostgreSQL"
"$with_servers" . benchmarks/store/durable_call_benchmark
echo "== opening after a crash with the fullest log"
benchmarks/store/recovery_benchmark
echo "== quotas elsewhere: in a process, SQLite, PostgreSQL, Redis"
"$with_servers" . benchmarks/peers/admission_benchmark
echo "== queries: a bucket in twelve has a record"
benchmarks/store/query_benchmark
echo "== queries: seven buckets in eight have a record"
benchmarks/store/query_benchmark --tenants 20 --hours 2
echo "== rating"
benchmarks/rating/rating_benchmark
benchmarks/rating/late_run_benchmark
echo "== reconcile: 2,000,000 rows of FOCUS, beside DuckDB"
benchmarks/reconcile/make_month reconcile-benchmark.month
"$here/reconcile/reconcile_benchmark.py" src/cli/drawdown reconcile-benchmark.month
rm -r reconcile-benchmark.month
echo "== meters: Record beside a plain addition and other counters"
benchmarks/meter/record_benchmark
echo "== meters: the same through libdrawdown.so"
benchmarks/meter/record_shared_benchmark
echo "== meters: batches of records while the settler drains"
benchmarks/meter/latency_benchmark
echo "== meters: drains"
benchmarks/meter/drain_benchmark
echo "== meters: readers"
benchmarks/meter/reader_benchmark
benchmarks/meter/reader_benchmark --meters 65536 --rounds 10
echo "== meters: how late the counting goes over to a new bucket"
benchmarks/meter/flip_benchmark
echo "== quotas: TryRecord beside shared counters, mutexes, SQLite, PostgreSQL, Redis"
"$with_servers" . benchmarks/quota/try_record_benchmark
echo "== the C interface: records through the library, Arrow"
benchmarks/bindings/c_benchmark
echo "== Python: meters beside prometheus_client"
"$here/bindings/python.sh" .
