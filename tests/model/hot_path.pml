/* The drain / flip / recycle protocol of live meters (docs/design/hot_path.md),
 * for spin. tests/model/run_model.py checks the scenarios at its top
 * exhaustively, and that each DEFECT_... below is refuted.
 *
 * One meter. Increment i adds 4^i, so that every sum says which increments are
 * in it: digit i in base 4 is 1 once, 0 never, 2 doubled. Each atomic step is
 * one load, store, system call or commit of the code; between any two of them
 * any other process runs, or this one is killed. Time, kills, full disks and
 * the power loss are bounded by the scenario and come whenever they like.
 */

#ifndef FILES
#define FILES 1        /* processes that meter, each with its own file */
#endif
#ifndef THREADS
#define THREADS 1      /* of each, each with its own lane */
#endif
#ifndef INCREMENTS
#define INCREMENTS 2   /* calls of Record, of all threads together; <= 4 */
#endif
#ifndef DRAINERS
#define DRAINERS 2
#endif
#ifndef ROUNDS
#define ROUNDS 2       /* drains of each drainer */
#endif
#ifndef READERS
#define READERS 0
#endif
#ifndef ADVANCES
#define ADVANCES 1     /* buckets that begin */
#endif
#ifndef KILLS
#define KILLS 1        /* of a metering process or a drainer */
#endif
#ifndef FULLS
#define FULLS 0        /* commits that fail */
#endif
#ifndef POWER
#define POWER 0        /* power losses */
#endif
#ifndef OVERFLOW
#define OVERFLOW 0     /* threads share lane 0, under the process's lock */
#endif

#define LANES   THREADS
#define BUCKETS (ADVANCES + 2)  /* 0 is the one before the first */
#define NOBODY  255
#define EPILOGUE DRAINERS

#define NONE     0     /* states of a file's record */
#define COUNTING 1
#define RETIRED  2

#define C(f, l, b) count[((f) * LANES + (l)) * 2 + (b)]
#define DIGIT(x, i) (((x) >> (2 * (i))) & 3)
#define IN_STEP(l0, l1, a) \
  (word_bucket == ((a) == 0 -> (l0) : (l1)) && word_bank == (a))

/* --- What survives the death of processes ------------------------------ */
byte count[FILES * LANES * 2];
byte lanes[FILES];     /* how many the directory of the file shows */
bit exists[FILES];     /* by name */
bit unsynced[FILES];   /* unlinked, and the directory not synced since */
bit word_there;        /* the epoch word of this boot */
byte word_bucket;
bit word_bank;

/* --- The books: changed by commits only -------------------------------- */
bit stored;            /* the first drain has been committed */
byte label[2];         /* bucket of each bank */
bit active_bank;
byte state[FILES];
byte base[FILES * 2];
byte drained[FILES * 2];
byte carried[2];
byte cell[BUCKETS];
bit regression;        /* a regression record was written */

/* --- The world ---------------------------------------------------------- */
bit alive[FILES];
byte lock = NOBODY;    /* robust: a killed owner's is free */
bit process_lock[FILES];
byte now = 1;
byte boot;
byte kills = KILLS;
byte fulls = FULLS;
byte running;          /* processes that have not ended */
bit last_rounds;       /* the epilogue: nothing dies any more */

/* --- What the checks remember ------------------------------------------- */
byte begun_records;
byte recorded;         /* sum of all stores of Record */
byte durable;          /* what the books had at the power loss */
bit must_regress;      /* a sum lay behind its watermark at the power loss */
byte allowed[4];       /* by increment: the buckets it may land in, as bits */

/* Names for what a check says, as pan prints the expression. */
hidden byte nothing_is_lost_or_doubled;
hidden byte every_increment_is_in_its_bucket;
hidden byte watermarks_are_in_order;
hidden byte retired_file_was_read_to_the_end;
hidden byte removed_file_is_in_the_books;
hidden byte books_and_word_agree;
hidden byte answer_has_all_from_before;
hidden byte answer_has_nothing_twice;
hidden byte answer_has_it_in_its_bucket;
hidden byte regression_is_noted;
hidden byte nothing_is_left_behind;
hidden byte f_, i_, b_, x_, sum_, amount_, leave0_, leave1_;

#define CHECK(name, condition) name = (condition); assert(name)

/* A drainer's step before which it may be killed, or was by a power loss. Only
 * where it matters: between two of them nothing changes that others see, so
 * that to be killed there is to be killed at the next. */
#define STILL_POWERED \
  if \
  :: (my_boot != boot) -> goto died \
  :: else \
  fi
#define MORTAL \
  STILL_POWERED; \
  if \
  :: true \
  :: kills > 0 && !last_rounds -> \
    kills--; \
    if \
    :: lock == me -> lock = NOBODY \
    :: else \
    fi; \
    goto died \
  fi

/* Record, by the thread that owns `lane` of process `p`. */
#if OVERFLOW && !defined(DEFECT_OVERFLOW_WITHOUT_LOCK)
#define MAY_ENTER(p) (!process_lock[p])
#else
#define MAY_ENTER(p) true
#endif

proctype Thread(byte p, lane) {
  byte bucket, value, weight;
  bit bank;

  /* The lane is in the directory before it counts. */
  atomic {
    if
    :: alive[p] ->
      if
      :: lanes[p] < lane + 1 -> lanes[p] = lane + 1
      :: else
      fi
    :: else -> goto ended
    fi
  }
  do
  :: atomic {
      alive[p] && begun_records < INCREMENTS && MAY_ENTER(p);
      process_lock[p] = OVERFLOW;
      bank = word_bank;
      bucket = word_bucket;
      weight = 1 << (2 * begun_records);
      begun_records++
    };
    atomic {
      if
      :: alive[p] -> value = C(p, lane, bank)
      :: else -> goto ended
      fi
    };
    atomic {
      if
      :: alive[p] ->
        C(p, lane, bank) = value + weight;
        d_step {
          recorded = recorded + weight;
          /* Where it may land: where the word said, and if the word moved
           * during the call, up to what was current at its end. */
          i_ = 0;
          do
          :: (1 << (2 * i_)) < weight -> i_++
          :: else -> break
          od;
          x_ = bucket;
          allowed[i_] = 1 << bucket;
          if
          :: word_bucket != bucket ->
            do
            :: x_ < now -> x_++; allowed[i_] = allowed[i_] | (1 << x_)
            :: else -> break
            od
          :: else
          fi;
          process_lock[p] = 0;
          bank = 0; bucket = 0; value = 0; weight = 0
        }
      :: else -> goto ended
      fi
    }
  :: atomic { !alive[p] || begun_records == INCREMENTS -> break }
  od;
ended:
  atomic { running-- }
}

/* The amounts and watermarks of one drain, as they are committed. */
#define LEAVE(b) \
  amount_ = drained[f_ * 2 + b] - base[f_ * 2 + b]; \
  base[f_ * 2 + b] = drained[f_ * 2 + b]; \
  if \
  :: b == 0 -> leave0_ = leave0_ + amount_ \
  :: else -> leave1_ = leave1_ + amount_ \
  fi

#ifdef DEFECT_RESET_COUNTERS
#define COUNTED (drained[f_ * 2 + b_] + sum[f_ * 2 + b_])
#else
#define COUNTED sum[f_ * 2 + b_]
#endif

inline commit_bank() {
  if
#ifndef DEFECT_NEGATIVE_AFTER_POWER_LOSS
  :: COUNTED < drained[f_ * 2 + b_] ->
    CHECK(watermarks_are_in_order, boot > 0);
    regression = 1;
    LEAVE(b_);
    base[f_ * 2 + b_] = COUNTED;
    drained[f_ * 2 + b_] = COUNTED
#endif
  :: else ->
    drained[f_ * 2 + b_] = COUNTED;
    if
    :: last[f_] || b_ != active_bank -> LEAVE(b_)
    :: else
    fi
  fi;
  CHECK(watermarks_are_in_order, base[f_ * 2 + b_] <= drained[f_ * 2 + b_])
}

inline forget_marks() {
  base[f_ * 2] = 0; base[f_ * 2 + 1] = 0;
  drained[f_ * 2] = 0; drained[f_ * 2 + 1] = 0
}

inline commit_file() {
  if
  :: seen[f_] == 1 ->
    b_ = 0;
    commit_bank();
    b_ = 1;
    commit_bank();
    if
    :: last[f_] ->
      sum_ = 0;
      i_ = 0;
      do
      :: i_ < LANES -> sum_ = sum_ + C(f_, i_, 0) + C(f_, i_, 1); i_++
      :: else -> break
      od;
#ifndef DEFECT_RESET_COUNTERS
      CHECK(retired_file_was_read_to_the_end,
            !alive[f_] && sum_ == sum[f_ * 2] + sum[f_ * 2 + 1]);
#endif
#ifdef DEFECT_FORGET_WHEN_RETIRING
      state[f_] = NONE;
#else
      state[f_] = RETIRED;
#endif
      forget_marks();
      remove[f_] = 1
    :: else -> state[f_] = COUNTING
    fi
  :: seen[f_] == 2 ->  /* gone, by a power loss */
    CHECK(nothing_is_lost_or_doubled, boot > 0);
    regression = 1;
    LEAVE(0);
    LEAVE(1);
    forget_marks();
    state[f_] = RETIRED
  :: seen[f_] == 3 -> state[f_] = NONE
  :: seen[f_] == 4 -> remove[f_] = 1
  :: else
  fi
}

inline commit_drain() {
  if
  :: !stored ->
    active_bank = word_bank;
    label[active_bank] = word_bucket;
    label[1 - active_bank] = word_bucket - 1;
    stored = 1
  :: else
  fi;
#ifndef DEFECT_FLIP_BEFORE_COMMIT
  CHECK(books_and_word_agree, IN_STEP(label[0], label[1], active_bank)
#ifdef DEFECT_HALF_DONE_FLIP
        || true
#endif
        );
#endif
  leave0_ = carried[0];
  leave1_ = carried[1];
  f_ = 0;
  do
  :: f_ < FILES -> commit_file(); f_++
  :: else -> break
  od;
  if
  :: active_bank == 0 ->
    cell[label[1]] = cell[label[1]] + leave1_;
    carried[0] = leave0_;
    carried[1] = 0
  :: else ->
    cell[label[0]] = cell[label[0]] + leave0_;
    carried[1] = leave1_;
    carried[0] = 0
  fi;
  if
  :: my_now > label[active_bank] ->
    from = label[active_bank];
    to = my_now;
#ifdef DEFECT_RELABEL_THE_ACTIVE_BANK
    to_bank = active_bank;
#else
    to_bank = 1 - active_bank;
#endif
    active_bank = to_bank;
    label[active_bank] = to
  :: else
  fi
}

/* The defect of posting in one transaction and noting it in the next. */
inline commit_amounts() {
  b_ = 1 - active_bank;
  f_ = 0;
  do
  :: f_ < FILES && stored && seen[f_] == 1 ->
    cell[label[b_]] = cell[label[b_]] + sum[f_ * 2 + b_] - base[f_ * 2 + b_];
    f_++
  :: f_ < FILES && !(stored && seen[f_] == 1) -> f_++
  :: else -> break
  od;
  f_ = 0
}
inline commit_watermarks() {
  b_ = 1 - active_bank;
  f_ = 0;
  do
  :: f_ < FILES && stored && seen[f_] == 1 ->
    base[f_ * 2 + b_] = sum[f_ * 2 + b_];
    drained[f_ * 2 + b_] = sum[f_ * 2 + b_];
    f_++
  :: f_ < FILES && !(stored && seen[f_] == 1) -> f_++
  :: else -> break
  od
}

inline forget_drain() {
  my_now = 0; from = 0; to = 0; to_bank = 0; f = 0; l = 0; b = 0; n = 0;
  i_ = 0;
  do
  :: i_ < FILES ->
    listed[i_] = 0; last[i_] = 0; seen[i_] = 0; remove[i_] = 0;
    sum[i_ * 2] = 0; sum[i_ * 2 + 1] = 0; i_++
  :: else -> break
  od;
  i_ = 0
}

inline sync_directory() {
  i_ = 0;
  do
  :: i_ < FILES -> unsynced[i_] = 0; i_++
  :: else -> break
  od;
  i_ = 0
}

#define PUBLISH(l0, b0, l1, b1) \
  if \
  :: word_bucket == (l0) && word_bank == (b0) -> \
    word_bucket = (l1); word_bank = (b1) \
  :: else \
  fi

#ifdef DEFECT_RELABEL_THE_ACTIVE_BANK
#define FROM_BANK to_bank
#else
#define FROM_BANK (1 - to_bank)
#endif

proctype Drainer(byte me, rounds) {
  byte my_boot, my_now, from, to, f, l, b, n;
  bit to_bank;
  bit listed[FILES], last[FILES], remove[FILES];
  byte seen[FILES], sum[FILES * 2];

again:
  my_boot = boot;
  do
  :: rounds > 0 ->
    rounds--;
#ifdef DEFECT_NO_WRITER_LOCK
    atomic { STILL_POWERED; my_now = now };
#else
    atomic { lock == NOBODY -> STILL_POWERED; lock = me; my_now = now };
#endif
    /* The word of this boot, in step with the books. */
    atomic {
      MORTAL;
      if
      :: word_there
      :: else ->
        word_there = 1;
        word_bucket = (stored -> label[active_bank] : my_now);
        word_bank = (stored -> active_bank : 0)
      fi
    };
#ifndef DEFECT_HALF_DONE_FLIP
    atomic {
      MORTAL;
      if
      :: stored ->
        PUBLISH(label[1 - active_bank], 1 - active_bank,
                label[active_bank], active_bank)
      :: else
      fi
    };
#endif
    atomic { MORTAL; d_step {
      i_ = 0;
      do
      :: i_ < FILES -> listed[i_] = exists[i_]; i_++
      :: else -> break
      od;
      i_ = 0
    } };
    f = 0;
    do
    :: f < FILES && state[f] == RETIRED ->
      atomic { seen[f] = (listed[f] -> 4 : 3); f++ }
    :: f < FILES && state[f] == NONE && !listed[f] -> f++
    :: f < FILES && (state[f] == COUNTING || state[f] == NONE && listed[f]) ->
      atomic {
        if
        :: exists[f] -> seen[f] = 1
        :: else ->
          seen[f] = (state[f] == COUNTING -> 2 : 0);
          f++;
          goto next_file
        fi
      };
#ifdef DEFECT_LANES_BEFORE_LIVENESS
      n = lanes[f];
#endif
#ifndef DEFECT_LIVENESS_AFTER_COUNTERS
      last[f] = !alive[f];
#endif
#ifndef DEFECT_LANES_BEFORE_LIVENESS
      n = lanes[f];
#endif
      l = 0;
      b = 0;
      do
      :: atomic {
          l < n ->
          sum[f * 2 + b] = sum[f * 2 + b] + C(f, l, b);
#ifdef DEFECT_RESET_COUNTERS
          C(f, l, b) = 0;
#endif
          b = 1 - b;
          l = (b == 0 -> l + 1 : l)
        }
      :: atomic { l == n -> l = 0; n = 0; break }
      od;
#ifdef DEFECT_LIVENESS_AFTER_COUNTERS
      last[f] = !alive[f];
#endif
      f++;
next_file:
      skip
    :: f == FILES -> f = 0; break
    od;

#ifdef DEFECT_UNLINK_BEFORE_COMMIT
    f = 0;
    do
    :: f < FILES ->
      atomic {
        MORTAL;
        if
        :: seen[f] == 1 && last[f] ->
          CHECK(removed_file_is_in_the_books, state[f] == RETIRED);
          exists[f] = 0
        :: else
        fi;
        f++
      }
    :: f == FILES -> f = 0; break
    od;
#endif
#ifdef DEFECT_FLIP_BEFORE_COMMIT
    atomic {
      MORTAL;
      if
      :: stored && my_now > label[active_bank] ->
        PUBLISH(label[active_bank], active_bank, my_now, 1 - active_bank)
      :: else
      fi
    };
#endif
#ifndef DEFECT_FORGET_BEFORE_SYNC
    /* A record goes only when its file cannot come back. */
    atomic {
      MORTAL;
      d_step {
        x_ = 0;
        i_ = 0;
        do
        :: i_ < FILES -> x_ = (seen[i_] == 3 -> 1 : x_); i_++
        :: else -> break
        od;
        if
        :: x_ == 1 -> sync_directory()
        :: else
        fi
      }
    };
#endif
#ifdef DEFECT_AMOUNTS_BEFORE_WATERMARKS
    atomic { MORTAL; d_step { commit_amounts() } };
#endif
    /* One commit: all or nothing; it gives the lock back. */
    atomic {
      MORTAL;
      if
      :: true ->
        d_step {
#ifdef DEFECT_AMOUNTS_BEFORE_WATERMARKS
          commit_watermarks();
#endif
          commit_drain();
          lock = NOBODY
        }
      :: fulls > 0 && !last_rounds ->
        fulls--;
        lock = NOBODY;
        goto died
      fi
    };
    /* What follows it, done again by the next drain if need be. */
    if
    :: atomic { to > 0 -> MORTAL; PUBLISH(from, FROM_BANK, to, to_bank) }
    :: else
    fi;
    do
    :: f < FILES && remove[f] ->
      atomic {
        MORTAL;
        if
        :: exists[f] ->
#ifndef DEFECT_FORGET_WHEN_RETIRING
          CHECK(removed_file_is_in_the_books, state[f] == RETIRED);
#endif
          exists[f] = 0;
          unsynced[f] = 1
        :: else
        fi;
        f++
      }
    :: f < FILES && !remove[f] -> f++
    :: f == FILES -> break
    od;
    atomic { MORTAL; d_step { sync_directory(); forget_drain() } }
  :: rounds == 0 -> break
  od;
  goto ended;
died:
  /* Another process drains from here on. */
  atomic { d_step { forget_drain() }; goto again };
ended:
  atomic { running-- }
}

/* A query. Its answer is checked, not kept. */
proctype Reader() {
  byte s_label[2], s_state[FILES], s_base[FILES * 2], s_drained[FILES * 2];
  byte s_carried[2], s_cell[BUCKETS], sum[FILES * 2], answer[BUCKETS];
  bit s_active, s_stored, saw_word, listed[FILES], seen[FILES];
  byte before, f, l, b, n, my_boot;

  atomic { before = recorded; my_boot = boot };
again:
  skip;
#ifndef DEFECT_LIST_AFTER_SNAPSHOT
  d_step {
    i_ = 0;
    do
    :: i_ < FILES -> listed[i_] = exists[i_]; i_++
    :: else -> break
    od;
    i_ = 0
  };
#endif
  d_step {
    s_label[0] = label[0]; s_label[1] = label[1];
    s_active = active_bank; s_stored = stored;
    s_carried[0] = carried[0]; s_carried[1] = carried[1];
    i_ = 0;
    do
    :: i_ < BUCKETS -> s_cell[i_] = cell[i_]; i_++
    :: else -> break
    od;
    i_ = 0;
    do
    :: i_ < FILES -> s_state[i_] = state[i_]; i_++
    :: else -> break
    od;
    i_ = 0;
    do
    :: i_ < FILES * 2 ->
      s_base[i_] = base[i_]; s_drained[i_] = drained[i_]; i_++
    :: else -> break
    od;
    i_ = 0
  };
  if
  :: !s_stored -> goto answer_it
  :: else
  fi;
  saw_word = word_there;
#ifndef DEFECT_READER_WITHOUT_WORD
  if
  :: atomic {
      saw_word ->
      PUBLISH(s_label[1 - s_active], 1 - s_active, s_label[s_active], s_active)
    };
    if
    :: IN_STEP(s_label[0], s_label[1], s_active)
    :: else -> goto retry
    fi
  :: !saw_word
  fi;
#endif
#ifdef DEFECT_LIST_AFTER_SNAPSHOT
  d_step {
    i_ = 0;
    do
    :: i_ < FILES -> listed[i_] = exists[i_]; i_++
    :: else -> break
    od;
    i_ = 0
  };
#endif
  f = 0;
  do
  :: f < FILES && (s_state[f] == RETIRED || s_state[f] == NONE && !listed[f]) ->
    f++
  :: f < FILES && (s_state[f] == COUNTING || s_state[f] == NONE && listed[f]) ->
    if
    :: atomic { exists[f] -> seen[f] = 1; n = lanes[f] }
    :: atomic {
        !exists[f];
#ifdef DEFECT_LIST_AFTER_SNAPSHOT
        if
        :: s_state[f] == NONE -> f++; goto next_file
        :: else
        fi;
#endif
        goto retry
      }
    fi;
    l = 0;
    b = 0;
    do
    :: atomic {
        l < n ->
        sum[f * 2 + b] = sum[f * 2 + b] + C(f, l, b);
        b = 1 - b;
        l = (b == 0 -> l + 1 : l)
      }
    :: atomic { l == n -> l = 0; n = 0; break }
    od;
    f++;
next_file:
    skip
  :: f == FILES -> f = 0; break
  od;
#ifndef DEFECT_READER_WITHOUT_WORD
  if
  :: atomic {
      saw_word ->
      PUBLISH(s_label[1 - s_active], 1 - s_active, s_label[s_active], s_active)
    };
    if
    :: IN_STEP(s_label[0], s_label[1], s_active)
    :: else -> goto retry
    fi
  :: !saw_word
  fi;
#endif
answer_it:
  skip;
  d_step {
    if
    :: my_boot == boot ->
      i_ = 0;
      do
      :: i_ < BUCKETS -> answer[i_] = s_cell[i_]; i_++
      :: else -> break
      od;
      answer[s_label[0]] = answer[s_label[0]] + s_carried[0];
      answer[s_label[1]] = answer[s_label[1]] + s_carried[1];
      i_ = 0;
      do
      :: i_ < FILES * 2 ->
        if
        :: seen[i_ / 2] ->
          x_ = (sum[i_] < s_drained[i_] -> s_drained[i_] : sum[i_]);
          answer[s_label[i_ % 2]] = answer[s_label[i_ % 2]] + x_ - s_base[i_]
        :: else
        fi;
        i_++
      :: else -> break
      od;
      sum_ = 0;
      b_ = 0;
      do
      :: b_ < BUCKETS -> sum_ = sum_ + answer[b_]; b_++
      :: else -> break
      od;
      if
      :: boot == 0 ->
        i_ = 0;
        do
        :: i_ < INCREMENTS ->
          CHECK(answer_has_all_from_before,
                DIGIT(before, i_) <= DIGIT(sum_, i_));
          CHECK(answer_has_nothing_twice,
                DIGIT(sum_, i_) <= DIGIT(recorded, i_));
          i_++
        :: else -> break
        od
      :: else -> CHECK(answer_has_nothing_twice, sum_ <= recorded)
      fi;
      b_ = 0;
      do
      :: b_ < BUCKETS ->
        i_ = 0;
        do
        :: i_ < INCREMENTS ->
          CHECK(answer_has_it_in_its_bucket,
                DIGIT(answer[b_], i_) == 0 || (allowed[i_] >> b_) & 1);
          i_++
        :: else -> break
        od;
        b_++
      :: else -> break
      od
    :: else  /* ended with the power */
    fi
  };
  goto ended;
retry:
  skip;
  d_step {
    f = 0; l = 0; b = 0; n = 0; saw_word = 0;
    i_ = 0;
    do
    :: i_ < FILES ->
      seen[i_] = 0; listed[i_] = 0; sum[i_ * 2] = 0; sum[i_ * 2 + 1] = 0; i_++
    :: else -> break
    od;
    i_ = 0
  };
  goto again;
ended:
  atomic { running-- }
}

/* Every counter falls back to something it once was; a name that was not yet
 * synced away may be back, a file may be gone. */
inline lose_power() {
  boot++;
  word_there = 0; word_bucket = 0; word_bank = 0;
  lock = NOBODY;
  d_step {
    durable = carried[0] + carried[1];
    i_ = 0;
    do
    :: i_ < BUCKETS -> durable = durable + cell[i_]; i_++
    :: else -> break
    od;
    i_ = 0;
    do
    :: i_ < FILES * 2 -> durable = durable + drained[i_] - base[i_]; i_++
    :: else -> break
    od;
    i_ = 0;
    do
    :: i_ < FILES -> alive[i_] = 0; process_lock[i_] = 0; i_++
    :: else -> break
    od;
    i_ = 0
  };
  j = 0;
  do
  :: j < FILES * LANES * 2 ->
    if
    :: true
    :: count[j] > 0 -> count[j] = 0
    :: count[j] > 3 -> count[j] = count[j] & 3
    :: count[j] > 15 -> count[j] = count[j] & 15
    fi;
    j++
  :: j == FILES * LANES * 2 -> break
  od;
  j = 0;
  do
  :: j < FILES ->
    if
    :: true
    :: exists[j] -> exists[j] = 0
    :: unsynced[j] -> exists[j] = 1
    fi;
    unsynced[j] = 0;
    d_step {
      b_ = 0;
      do
      :: b_ < 2 ->
        sum_ = 0;
        i_ = 0;
        do
        :: i_ < LANES -> sum_ = sum_ + C(j, i_, b_); i_++
        :: else -> break
        od;
        must_regress = (state[j] == COUNTING &&
          (!exists[j] || sum_ < drained[j * 2 + b_]) -> 1 : must_regress);
        b_++
      :: else -> break
      od;
      i_ = 0
    };
    j++
  :: j == FILES -> j = 0; break
  od
}

inline check_the_end() {
  d_step {
    sum_ = carried[0] + carried[1];
    b_ = 0;
    do
    :: b_ < BUCKETS -> sum_ = sum_ + cell[b_]; b_++
    :: else -> break
    od;
    if
    :: boot == 0 ->
      CHECK(nothing_is_lost_or_doubled, sum_ == recorded);
      CHECK(regression_is_noted, !regression);
      b_ = 0;
      do
      :: b_ < BUCKETS ->
        i_ = 0;
        do
        :: i_ < INCREMENTS ->
          x_ = cell[b_];
          x_ = (b_ == label[0] -> x_ + carried[0] : x_);
          x_ = (b_ == label[1] -> x_ + carried[1] : x_);
          CHECK(every_increment_is_in_its_bucket,
                DIGIT(x_, i_) == 0 || (allowed[i_] >> b_) & 1);
          i_++
        :: else -> break
        od;
        b_++
      :: else -> break
      od
    :: else ->
      CHECK(nothing_is_lost_or_doubled, durable <= sum_ && sum_ <= recorded);
      CHECK(regression_is_noted, regression == must_regress)
    fi;
    CHECK(books_and_word_agree, IN_STEP(label[0], label[1], active_bank));
    i_ = 0;
    do
    :: i_ < FILES ->
      CHECK(nothing_is_left_behind, !exists[i_] && state[i_] == NONE);
      i_++
    :: else -> break
    od;
    i_ = 0
  }
}

init {
  byte i, j;

  atomic {
    running = DRAINERS + READERS;
    i = 0;
    do
    :: i < DRAINERS -> run Drainer(i, ROUNDS); i++
    :: i == DRAINERS -> break
    od;
#if READERS
    run Reader();
#endif
    i = 0
  };
  do
  :: atomic { now < ADVANCES + 1 -> now++ }
  /* A process meters once there is a word, after a drain; its file appears
   * whole. The next one may begin while it lives or after it. */
  :: atomic {
      i < FILES && word_there && stored ->
      exists[i] = 1;
      alive[i] = 1;
#ifdef DEFECT_TWO_THREADS_IN_A_LANE
      running = running + 2;
      run Thread(i, 0);
      run Thread(i, 0);
#elif OVERFLOW
      running = running + 2;
      run Thread(i, 0);
      run Thread(i, 0);
#else
      running = running + THREADS;
      run Thread(i, 0);
#if THREADS > 1
      run Thread(i, 1);
#endif
#endif
      i++
    }
  :: atomic { kills > 0 && alive[0] -> alive[0] = 0; kills-- }
#if FILES > 1
  :: atomic { kills > 0 && alive[1] -> alive[1] = 0; kills-- }
#endif
#if POWER
  :: atomic { boot < POWER -> lose_power() }
#endif
  :: break
  od;
  /* From whatever state this is, one drainer alone gets done. */
  running == 0;
  atomic {
    last_rounds = 1;
    alive[0] = 0;
#if FILES > 1
    alive[1] = 0;
#endif
    running = 1;
    run Drainer(EPILOGUE, 3)
  };
  running == 0;
  check_the_end()
}
