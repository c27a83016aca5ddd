#!/bin/sh
# Installs the Debian packages that are missing; elsewhere says what is needed.
set -eu

packages="g++ cmake ninja-build pkg-config make python3
libabsl-dev libprotobuf-dev protobuf-compiler liblmdb-dev zlib1g-dev libssl-dev
libxxhash-dev libcli11-dev libgtest-dev libgmock-dev libgmp-dev libbenchmark-dev
libsqlite3-dev tzdata clang-14 libclang-rt-14-dev spin tcc abigail-tools
ledger python3-dev python3-cffi python3-setuptools python3-wheel python3-pip
python3-pytest python3-hypothesis mypy"

if ! command -v dpkg-query >/dev/null 2>&1; then
  # Not Debian: check for the programs and headers themselves.
  missing=""
  for program in g++ cmake ninja pkg-config protoc python3; do
    command -v "$program" >/dev/null 2>&1 || missing="$missing $program"
  done
  for module in absl_status protobuf lmdb zlib libcrypto libxxhash gtest gmock gmp; do
    pkg-config --exists "$module" 2>/dev/null || missing="$missing $module"
  done
  [ -z "$missing" ] && exit 0
  echo "drawdown: this is not a Debian system; please install:$missing" >&2
  echo "drawdown: (on Debian 12 the packages are: $packages)" >&2
  exit 1
fi

missing=""
for package in $packages; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

sudo=""
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null 2>&1; then
    echo "drawdown: as root, run: apt-get install$missing" >&2
    exit 1
  fi
  sudo=sudo
fi
echo "installing:$missing"
$sudo env DEBIAN_FRONTEND=noninteractive apt-get update -qq
# shellcheck disable=SC2086  # The list is meant to be split into words.
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
