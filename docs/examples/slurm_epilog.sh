#!/bin/sh
# EpilogSlurmctld: stops the job's run, which releases what is left of its hold.
set -eu
PATH=${DRAWDOWN_PATH:-/usr/local/bin:/usr/bin:/bin} # Slurm sets none.
export PATH DRAWDOWN_LEDGER="${DRAWDOWN_LEDGER:-/var/lib/drawdown}"
jobs=${DRAWDOWN_JOBS:-/var/spool/drawdown}

[ -s "$jobs/$SLURM_JOB_ID" ] || exit 0 # It had no GPUs.
reason=done
[ "${SLURM_JOB_EXIT_CODE:-0}" -eq 0 ] || reason=failed
drawdown run stop "$(cat "$jobs/$SLURM_JOB_ID")" --reason "$reason"
rm "$jobs/$SLURM_JOB_ID"
