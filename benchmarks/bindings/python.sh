#!/bin/sh
# Builds the wheel of a build folder into a scratch folder and measures it.
#   python.sh BUILD_DIR [PYTHON]
set -eu
build=$(cd "$1" && pwd) python=${2:-python3}
here=$(cd "$(dirname "$0")" && pwd)
if ! "$python" -c 'import cffi, setuptools, wheel, pip' 2>/dev/null; then
  echo "$python lacks cffi, setuptools, wheel or pip: left out"
  exit 0
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export DRAWDOWN_BUILD_DIR="$build" PIP_NO_INDEX=1 PIP_DISABLE_PIP_VERSION_CHECK=1
# The build leaves its files beside what it reads.
mkdir "$scratch/source"
root=$(cd "$here/../.." && pwd)
cp -r "$root/CMakeLists.txt" "$root/include" "$root/bindings" "$scratch/source/"
"$python" -m pip wheel -q --no-build-isolation --no-deps -w "$scratch/wheel" \
  "$scratch/source/bindings/python"
"$python" -m pip install -q --no-deps --target "$scratch/site" "$scratch"/wheel/*.whl
PYTHONPATH="$scratch/site" "$python" "$here/python_benchmark.py"
