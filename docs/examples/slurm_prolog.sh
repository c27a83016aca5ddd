#!/bin/sh
# PrologSlurmctld: holds the job's GPUs and GPU time before it starts, and starts
# its run. With any status but 0 Slurm does not start the job.
set -eu
PATH=${DRAWDOWN_PATH:-/usr/local/bin:/usr/bin:/bin} # Slurm sets none.
export PATH DRAWDOWN_LEDGER="${DRAWDOWN_LEDGER:-/var/lib/drawdown}"
pool=${DRAWDOWN_POOL:-aws/us-east-1/gb200}
jobs=${DRAWDOWN_JOBS:-/var/spool/drawdown}

# Only these two fields: others, such as a name or a comment, hold what the user
# wrote, who may write what looks like a field. In a pipe the status would be
# lost, and the job would start without a hold.
shown=$(squeue --noheader --all --states=all --jobs="$SLURM_JOB_ID" \
  --Format=JobID:20,tres-alloc:4000)
# gres/gpu is the total of gres/gpu:TYPE, where both are there.
gpus=$(printf '%s\n' "$shown" | awk -v job="$SLURM_JOB_ID" '
  $1 == job && $2 ~ /=/ {
    known = 1
    for (i = split($2, tres, ","); i > 0; --i) {
      split(tres[i], one, "=")
      if (one[1] == "gres/gpu") total = one[2]
      if (one[1] ~ /^gres\/gpu:/) typed += one[2]
    }
  }
  END { if (known) print (total == "" ? typed : total) + 0 }')
[ -n "$gpus" ] || { echo "job $SLURM_JOB_ID: squeue shows no TRES of it" >&2; exit 1; }
[ "$gpus" -gt 0 ] || exit 0
seconds=$((SLURM_JOB_END_TIME - SLURM_JOB_START_TIME))

# Job ids come again, and so does a requeued job: each start has a name of its
# own, which the epilog finds here. A prolog that runs twice finds it too.
mkdir -p "$jobs"
[ -s "$jobs/$SLURM_JOB_ID" ] ||
  echo "$SLURM_CLUSTER_NAME.$SLURM_JOB_ID.$(date +%s%N)" > "$jobs/$SLURM_JOB_ID"
run=$(cat "$jobs/$SLURM_JOB_ID")
set -- --tenant "$SLURM_JOB_ACCOUNT" --pool "$pool" --gpus "$gpus"

if drawdown hold place "$run" "$@" --gpu-seconds $((gpus * seconds)) \
    --for "$((seconds + 600))s"; then
  drawdown run start "$run" "$@" --hold "$run" && exit 0
  drawdown hold release "$run"
fi
rm "$jobs/$SLURM_JOB_ID"
exit 1
