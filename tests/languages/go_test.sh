#!/bin/sh
# Builds the Go module, runs its lints and its tests with the checks of what cgo may
# pass, and its example as a module of its own.
#   go_test.sh BUILD SOURCE
set -eu
build=$1 module=$2/bindings/go examples=$2/docs/examples
if ! command -v go >/dev/null 2>&1; then
  echo "skipped: go is not installed"
  exit 77
fi
export CGO_LDFLAGS="-L$build/bindings/c -Wl,-rpath,$build/bindings/c"
export GOCACHE="$build/go-cache" GOPROXY=off GOTOOLCHAIN=local GOFLAGS=-mod=mod
cd "$module"
unformatted=$(gofmt -l .)
if [ -n "$unformatted" ]; then
  echo "gofmt would change: $unformatted"
  exit 1
fi
go vet .
go test -count=1 .
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp "$examples/metering.go" "$scratch/main.go"
cd "$scratch"
go mod init metering 2>/dev/null
go mod edit -require=drawdown@v0.1.0 -replace="drawdown=$module"
go run . >out
diff "$examples/metering_seconds.out" out
