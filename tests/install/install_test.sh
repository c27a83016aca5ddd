#!/bin/sh
# Installs the build into a scratch prefix and builds the programs of
# docs/examples against it: find_package (shared and static) and pkg-config. Each
# must print what the pages show.
set -eu
build=$1 source=$2 compiler=$3

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cmake --install "$build" --prefix "$scratch/prefix" >/dev/null
mkdir "$scratch/consumer"
cp "$source"/docs/examples/*.cc "$source"/docs/examples/*.c "$scratch/consumer/"
cp "$source/tests/install/consumer.cmake" "$scratch/consumer/CMakeLists.txt"
cmake -S "$scratch/consumer" -B "$scratch/consumer/build" -G Ninja \
  -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_PREFIX_PATH="$scratch/prefix" \
  >/dev/null
cmake --build "$scratch/consumer/build" >/dev/null

libdir=$(dirname "$(find "$scratch/prefix" -name libdrawdown.so)")
PKG_CONFIG_PATH="$libdir/pkgconfig"
export PKG_CONFIG_PATH
for example in quickstart metering scheduler; do
  arguments=
  [ $example != scheduler ] ||
    arguments="books $source/docs/examples/scheduler.jobs 24 80"
  # shellcheck disable=SC2046  # The flags are meant to be split into words.
  "$compiler" -std=c++20 "$scratch/consumer/$example.cc" \
    -o "$scratch/consumer/build/${example}_pkg_config" \
    $(pkg-config --cflags --libs drawdown) -Wl,-rpath,"$libdir"

  for how in drawdown drawdown_static pkg_config; do
    program=${example}_$how
    mkdir "$scratch/$program"
    cd "$scratch/$program"
    # shellcheck disable=SC2086  # The arguments are words.
    "$scratch/consumer/build/$program" $arguments >out
    diff "$source/docs/examples/$example.out" out
  done
done
mkdir "$scratch/metering_c"
(cd "$scratch/metering_c" && "$scratch/consumer/build/metering_c")
used=$("$scratch/prefix/bin/drawdown" --ledger "$scratch/metering_c/books" \
  usage --by tenant --format csv | tail -n 1)
[ "$used" = "acme/chat,1.25,0.000347222" ] || { echo "C: $used" >&2; exit 1; }
"$scratch/prefix/bin/drawdown" --version
# Nothing but the library's own interface leaves the shared object.
leaked=$(nm -D --defined-only --demangle "$libdir/libdrawdown.so" |
  grep -v ' [VWuw] ' | grep -cv 'drawdown' || true)
[ "$leaked" = 0 ] || { echo "$leaked foreign symbols exported" >&2; exit 1; }
