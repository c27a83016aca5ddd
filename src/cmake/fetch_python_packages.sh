#!/bin/sh
# Puts pyarrow, polars, duckdb, pandas and numpy into a directory, for the tests
# of the Python package that hand their tables over. Debian 12 has no pyarrow.
# Pinned by hash; 160 MB, once. Never fails: without them those tests are skipped.
#   fetch_python_packages.sh DIRECTORY [PYTHON]
set -u
directory=$1 python=${2:-/usr/bin/python3}
wanted=$(dirname "$0")/../../tests/python/requirements.txt
# Says that the directory is ours, to be replaced, and what is in it.
mark=drawdown-requirements.txt

cmp -s "$wanted" "$directory/$mark" && exit 0
if [ -e "$directory" ] && [ ! -e "$directory/$mark" ]; then
  echo "drawdown: $directory is not from fetch_python_packages.sh: left as it is" >&2
  exit 0
fi
fetched=
skip() {
  echo "drawdown: $1: the tests with tables of pyarrow, polars, duckdb and pandas will be skipped" >&2
  [ -z "$fetched" ] || rm -rf "$fetched"
  exit 0
}
"$python" -m pip --version >/dev/null 2>&1 || skip "$python has no pip"
mkdir -p "$(dirname "$directory")" && fetched=$(mktemp -d "$directory.XXXXXX") ||
  skip "cannot write beside $directory"
timeout 300 "$python" -m pip install -q --disable-pip-version-check --root-user-action=ignore \
  --no-deps --no-compile --only-binary :all: --require-hashes --retries 0 --timeout 20 \
  --target "$fetched" -r "$wanted" >/dev/null 2>&1 ||
  skip "cannot fetch the wheels of tests/python/requirements.txt"
cp "$wanted" "$fetched/$mark" && chmod 755 "$fetched" && rm -rf "$directory" &&
  mv "$fetched" "$directory" || skip "cannot write $directory"
