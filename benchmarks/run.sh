#!/bin/sh
# Runs every benchmark of a build folder and prints its ratios.
#
#   benchmarks/run.sh BUILD_DIR
#
# The store's benchmarks write below BUILD_DIR, so it must be on the disk that
# is to be measured, not on a tmpfs.
set -eu

if [ $# -ne 1 ] || [ ! -d "$1/benchmarks" ]; then
  echo "usage: benchmarks/run.sh BUILD_DIR (built with -DDRAWDOWN_BUILD_BENCHMARKS=ON)" >&2
  exit 2
fi
cd "$1"

echo "== import: runs, durable, beside SQLite"
benchmarks/store/import_benchmark
echo "== queries: a bucket in twelve has a record"
benchmarks/store/query_benchmark
echo "== queries: seven buckets in eight have a record"
benchmarks/store/query_benchmark --tenants 20 --hours 2
echo "== rating"
benchmarks/rating/rating_benchmark
