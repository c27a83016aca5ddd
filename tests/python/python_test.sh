#!/bin/sh
# Builds the wheel, installs it into a scratch folder, checks its types and runs
# its tests; with pyarrow and the like where $DRAWDOWN_PYTHON_PACKAGES has them,
# which src/cmake/fetch_python_packages.sh fetches.
#   python_test.sh PYTHON BUILD SOURCE
set -eu
python=$1 build=$2 source=$3
if ! "$python" -c 'import cffi, hypothesis, mypy, pytest, setuptools, wheel, pip' 2>/dev/null; then
  echo "skipped: $python lacks cffi, hypothesis, mypy, pip, pytest, setuptools or wheel"
  exit 77
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export PIP_NO_INDEX=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
export PYTHONDONTWRITEBYTECODE=1 DRAWDOWN_BUILD_DIR="$build"
# The build leaves its files beside what it reads.
mkdir "$scratch/source"
cp -r "$source/CMakeLists.txt" "$source/include" "$source/bindings" "$scratch/source/"
rm -rf "$scratch/source/bindings/python/build"
"$python" -m pip wheel -q --no-build-isolation --no-deps -w "$scratch/wheel" \
  "$scratch/source/bindings/python"
"$python" -m pip install -q --no-deps --target "$scratch/site" "$scratch"/wheel/*-abi3-*.whl
(cd "$source/bindings/python" && "$python" -m mypy --cache-dir "$scratch/mypy" \
  --config-file pyproject.toml)
cd "$source/tests/python"
export PYTHONPATH="$scratch/site"
packages=${DRAWDOWN_PYTHON_PACKAGES:-$build/../python-packages}
if PYTHONPATH="$packages" "$python" -c 'import numpy, pyarrow' 2>/dev/null; then
  PYTHONPATH="$PYTHONPATH:$packages"
else
  echo "$packages has no pyarrow for $python: its tests will be skipped"
fi
"$python" -m pytest -q -rs -p no:cacheprovider .
# The program comes with the wheel.
"$scratch/site/bin/drawdown" --version
