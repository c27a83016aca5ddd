# Two commands do everything on a fresh Debian 12:
#   make demo    installs what is missing, builds, runs the main job on generated data
#   make check   installs what is missing, builds, runs every test
# The others: see `make help`.

JOBS ?= $(shell nproc)
CHECK_KILLS ?= 20
LONG_KILLS ?= 200
# Of processes that count with live meters, in their storm.
METER_KILLS ?= 200
LONG_METER_KILLS ?= 10000
# Of processes that admit under quotas.
QUOTA_KILLS ?= 200
LONG_QUOTA_KILLS ?= 5000
# Children that such a process forks.
METER_FORKS ?= 100
LONG_METER_FORKS ?= 2000
# System calls and instructions at which such a process is killed, of each
# scripted piece of its work; 0: all.
CRASH_POINTS ?= 25
LONG_CRASH_POINTS ?= 0
# Operations of the simulation of quotas, and histories of calls of each crowd;
# both are short where nothing is said.
LONG_SIMULATION_STEPS ?= 2000000
LONG_HISTORIES ?= 50

SHORT_CRASH = DRAWDOWN_CRASH_KILLS=$(CHECK_KILLS) \
  DRAWDOWN_METER_KILLS=$(METER_KILLS) DRAWDOWN_CRASH_POINTS=$(CRASH_POINTS) \
  DRAWDOWN_METER_FORKS=$(METER_FORKS) DRAWDOWN_QUOTA_KILLS=$(QUOTA_KILLS)
LONG_CRASH = DRAWDOWN_CRASH_KILLS=$(LONG_KILLS) \
  DRAWDOWN_METER_KILLS=$(LONG_METER_KILLS) \
  DRAWDOWN_CRASH_POINTS=$(LONG_CRASH_POINTS) \
  DRAWDOWN_METER_FORKS=$(LONG_METER_FORKS) \
  DRAWDOWN_QUOTA_KILLS=$(LONG_QUOTA_KILLS) \
  DRAWDOWN_SIMULATION_STEPS=$(LONG_SIMULATION_STEPS) \
  DRAWDOWN_HISTORIES=$(LONG_HISTORIES)
# Where Prometheus is unpacked, for the tests that scrape with it.
export DRAWDOWN_PROMETHEUS_DIR ?= $(CURDIR)/build/prometheus
# Where pyarrow and the like are, for the tests of the Python package.
export DRAWDOWN_PYTHON_PACKAGES ?= $(CURDIR)/build/python-packages

.PHONY: help deps demo check check-asan check-tsan check-clang check-crash check-all bench format clean

help:
	@echo 'make demo        build and run the main job on generated data'
	@echo 'make check       build and run every test (with short sanitizer and crash runs)'
	@echo 'make check-asan  every test under AddressSanitizer and UBSan'
	@echo 'make check-tsan  every test under ThreadSanitizer'
	@echo 'make check-clang every test as clang 14 builds it'
	@echo 'make check-fuzz  what reads bills under libFuzzer, $(FUZZ_SECONDS) seconds a target'
	@echo 'make check-crash $(LONG_KILLS) kills per crash test, $(LONG_METER_KILLS) of live meters, $(LONG_SIMULATION_STEPS) steps of quotas'
	@echo 'make check-all   all of the above checks'
	@echo 'make bench       benchmarks beside their peers, as ratios'
	@echo 'make format      clang-format over the tree'

deps:
	@src/cmake/install_dependencies.sh

# What only tests need and no package should be installed for.
.PHONY: test-deps
test-deps: deps
	@src/cmake/fetch_prometheus.sh $(DRAWDOWN_PROMETHEUS_DIR)
	@src/cmake/fetch_python_packages.sh $(DRAWDOWN_PYTHON_PACKAGES)

demo: deps
	cmake --preset release
	cmake --build --preset release -j $(JOBS)
	docs/examples/demo.sh build/release/src/cli/drawdown demo

check: test-deps
	cmake --preset dev
	cmake --build --preset dev -j $(JOBS)
	$(SHORT_CRASH) ctest --preset dev -j $(JOBS)
	$(MAKE) --no-print-directory check-sanitizers-short

# A slice for every check: what reads hostile bytes under AddressSanitizer and
# UBSan, what threads share under ThreadSanitizer.
ASAN_SLICE = csv_test source_test base_numbers_test base_time_test \
  contract_parse_test contract_checks_test ledger_test bill_reader_test \
  bill_fuzz_test json_scan_test store_conformance_test meter_test settle_test \
  meters_test lives_test try_record_test c99_test c_misuse_test c_arrow_test \
  c_call_fuzz_test c_memory_test
TSAN_SLICE = gate_test store_conformance_test meter_test admission_test \
  bill_reader_test

# What reads a bill's bytes, under libFuzzer, built with the asan preset: a fixed
# number of inputs each as tests, or FUZZ_SECONDS each with what was found kept in
# build/asan/tests/fuzz/found.
FUZZERS = csv decimal time json bill mapping
FUZZ_SECONDS ?= 120

.PHONY: check-fuzz
check-fuzz: deps
	cmake --preset asan
	cmake --build --preset asan -j $(JOBS) --target fuzzers
	for name in $(FUZZERS); do \
	  build/asan/tests/fuzz/fuzz_$$name -max_total_time=$(FUZZ_SECONDS) \
	    -max_len=16384 -rss_limit_mb=1024 -timeout=20 \
	    -artifact_prefix=build/asan/tests/fuzz/ \
	    build/asan/tests/fuzz/found/$$name tests/fuzz/corpus/$$name || exit 1; \
	done

.PHONY: check-sanitizers-short
check-sanitizers-short:
	cmake --preset asan
	cmake --build --preset asan -j $(JOBS) --target $(ASAN_SLICE) fuzzers
	DRAWDOWN_FAILED_ALLOCATIONS=3 ctest --preset asan -j $(JOBS) -R "^($$(echo $(ASAN_SLICE) | tr ' ' '|')|fuzz_.*)$$"
	cmake --preset tsan
	cmake --build --preset tsan -j $(JOBS) --target $(TSAN_SLICE)
	ctest --preset tsan -j $(JOBS) -R "^($$(echo $(TSAN_SLICE) | tr ' ' '|'))$$"

check-asan: test-deps
	cmake --preset asan
	cmake --build --preset asan -j $(JOBS)
	$(SHORT_CRASH) ctest --preset asan

check-tsan: test-deps
	cmake --preset tsan
	cmake --build --preset tsan -j $(JOBS)
	$(SHORT_CRASH) ctest --preset tsan

check-clang: test-deps
	cmake --preset clang
	cmake --build --preset clang -j $(JOBS)
	$(SHORT_CRASH) ctest --preset clang

check-crash: deps
	cmake --preset dev
	cmake --build --preset dev -j $(JOBS)
	$(LONG_CRASH) ctest --preset dev -L crash

check-all: check check-asan check-tsan check-clang check-crash

bench: deps
	cmake --preset bench
	cmake --build --preset bench -j $(JOBS)
	benchmarks/run.sh build/bench

format:
	git ls-files '*.cc' '*.h' ':!docs/examples' ':!*/drawdown.h' | xargs clang-format-14 -i

clean:
	rm -rf build demo
