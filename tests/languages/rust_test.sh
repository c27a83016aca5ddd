#!/bin/sh
# Builds the Rust crate, runs its tests, its example and its lints.
#   rust_test.sh BUILD SOURCE
set -eu
build=$1 crate=$2/bindings/rust examples=$2/docs/examples
if ! command -v cargo >/dev/null 2>&1; then
  echo "skipped: cargo is not installed"
  exit 77
fi
export DRAWDOWN_LIB_DIR="$build/bindings/c" CARGO_TARGET_DIR="$build/rust"
export CARGO_NET_OFFLINE=true RUSTFLAGS="-D warnings"
cargo test -q --locked --manifest-path "$crate/Cargo.toml" --tests
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
cargo run -q --locked --manifest-path "$crate/Cargo.toml" --example metering >out
diff "$examples/metering_seconds.out" out
if cargo fmt --version >/dev/null 2>&1; then
  cargo fmt --manifest-path "$crate/Cargo.toml" -- --check
else
  echo "left out: cargo fmt is not installed"
fi
if cargo clippy --version >/dev/null 2>&1; then
  cargo clippy -q --locked --manifest-path "$crate/Cargo.toml" --all-targets -- -D warnings
else
  echo "left out: cargo clippy is not installed"
fi
