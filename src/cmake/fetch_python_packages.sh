#!/bin/sh
# Puts pyarrow, polars, duckdb, pandas and numpy into a directory, for the tests
# of the Python package that hand their tables over. Debian 12 has no pyarrow.
# Pinned by hash; 160 MB, once. Never fails: without them those tests are skipped.
#   fetch_python_packages.sh DIRECTORY [PYTHON]
set -u
directory=$1 python=${2:-/usr/bin/python3}
wanted=$(dirname "$0")/../../tests/python/requirements.txt

cmp -s "$wanted" "$directory/requirements.txt" && exit 0
skip() {
  echo "drawdown: $1: the tests with tables of pyarrow, polars, duckdb and pandas will be skipped" >&2
  rm -rf "$directory.new"
  exit 0
}
"$python" -m pip --version >/dev/null 2>&1 || skip "$python has no pip"
rm -rf "$directory" "$directory.new"
timeout 300 "$python" -m pip install -q --disable-pip-version-check --root-user-action=ignore \
  --no-deps --no-compile --only-binary :all: --require-hashes --retries 0 --timeout 20 \
  --target "$directory.new" -r "$wanted" >/dev/null 2>&1 ||
  skip "cannot fetch the wheels of tests/python/requirements.txt"
cp "$wanted" "$directory.new/requirements.txt" && mv "$directory.new" "$directory" ||
  skip "cannot write $directory"
