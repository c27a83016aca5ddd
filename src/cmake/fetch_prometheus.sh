#!/bin/sh
# Puts Debian's prometheus and promtool into a directory, for the tests that
# scrape with them. Installing the package would start a daemon; this only
# unpacks it. Never fails: without them those tests are skipped.
set -u
directory=$1

command -v prometheus >/dev/null 2>&1 && command -v promtool >/dev/null 2>&1 &&
  exit 0
[ -x "$directory/usr/bin/promtool" ] && exit 0
skip() {
  echo "drawdown: $1: the tests that need Prometheus will be skipped" >&2
  exit 0
}
command -v apt-get >/dev/null 2>&1 || skip "no apt-get here"
mkdir -p "$directory/download" || skip "cannot write $directory"
(
  cd "$directory/download" &&
    timeout 120 apt-get -qq -o Acquire::Retries=0 -o APT::Sandbox::User=root \
      download prometheus >/dev/null 2>&1
) || skip "cannot download Debian's prometheus package"
dpkg -x "$directory"/download/prometheus_*.deb "$directory" ||
  skip "cannot unpack Debian's prometheus package"
rm -rf "$directory/download"
