/* Admission from slices (docs/design/admission_model.md), for spin.
 * tests/model/run_model.py checks the scenarios at its top exhaustively, and
 * that each DEFECT_... below is refuted.
 *
 * One meter a process, each with a slot for each bank, and one or two quotas:
 * the last is over all processes, the one before it over process 0 alone. An
 * atomic step is one load, store, system call or commit of the code; what
 * happens under the budget lock and cannot be seen without it is one step too.
 * Between any two steps any other process runs, or this one is killed, where
 * it makes a difference: what a killed process had changed under the lock says
 * the lock's next owner.
 */

#ifndef OWNERS
#define OWNERS 2       /* processes that ask, each with a lanes file */
#endif
#ifndef CALLS
#define CALLS 2        /* of TryRecord, of each */
#endif
#ifndef ASK0
#define ASK0 1         /* how much process 0 asks for, and how much process 1 */
#endif
#ifndef ASK1
#define ASK1 1
#endif
#ifndef SLICE
#define SLICE 2
#endif
#ifndef LEVELS
#define LEVELS 1
#endif
#ifndef LIMIT
#define LIMIT 2        /* of the quota over all */
#endif
#ifndef LIMIT0
#define LIMIT0 2       /* of the one over process 0, where there are two */
#endif
#ifndef DRAINS
#define DRAINS 0       /* rounds of the drainer */
#endif
#ifndef HOLD
#define HOLD 0         /* how much the hold asks for that is placed */
#endif
#ifndef RELEASE
#define RELEASE 0      /* 1: it is released; 2: it is there from the start */
#endif
#ifndef LOWER
#define LOWER 0        /* by how much the limit over all is lowered */
#endif
#ifndef FACTS
#define FACTS 0        /* calls of Record, of process 0 */
#endif
#ifndef AHEAD
#define AHEAD 0        /* usage imported for the second bucket */
#endif
#ifndef ADVANCES
#define ADVANCES 0     /* buckets that begin */
#endif
#ifndef WINDOW
#define WINDOW 0       /* every bucket is a window of its own */
#endif
#ifndef KILLS
#define KILLS 0
#endif
#ifndef FULLS
#define FULLS 0        /* commits that fail */
#endif
#ifndef BUSY
#define BUSY 0         /* budget locks not had by the deadline after a commit */
#endif
#ifndef READS
#define READS 0        /* queries */
#endif
#ifndef LATE
#define LATE 0         /* budgets are published after the writer lock is free */
#endif
#ifndef FRESH
#define FRESH 0        /* the budgets file of a new boot */
#endif
#ifndef ALLOW
#define ALLOW 0        /* of an allowance under the quota over process 0 */
#endif
#ifndef UNTOLD
#define UNTOLD 0       /* drains that do not have the budget lock before */
#endif

#define BUCKETS  (ADVANCES + 2)
#define DRAINER  OWNERS
#define WRITER   (OWNERS + 1)
#define LAST     (OWNERS + 2)
#define NOBODY   255

#define COUNTING 0     /* states of a file in the books */
#define RETIRED  1

#define COVERS(n, f) ((n) == LEVELS - 1 || (f) == (n))
#define ASK(p) ((p) == 0 -> ASK0 : ASK1)
#define ACTIVE(s) base[(s) * 2 + which[s]]
#define SPARE(s) base[(s) * 2 + 1 - which[s]]

/* --- The lanes files ---------------------------------------------------- */
byte version[OWNERS * 2];
bit which[OWNERS * 2];
byte remaining[OWNERS * 2];
byte base[OWNERS * 4];
byte facts[OWNERS * 2];       /* counters of Record */
#if ALLOW                     /* of process 0; changed under the budget lock */
byte allowance[2];            /* what is left, by bank */
byte by_allowance[2];         /* admitted, cumulative */
#define LEFT_ALLOWED(s) ((s) < 2 -> allowance[(s) % 2] : 0)
#ifdef DEFECT_ALLOWANCE_NOT_COUNTED
#define BY_ALLOWANCE(s) 0
#else
#define BY_ALLOWANCE(s) ((s) < 2 -> by_allowance[(s) % 2] : 0)
#endif
#else
#define LEFT_ALLOWED(s) 0
#define BY_ALLOWANCE(s) 0
#endif
bit exists[OWNERS];
bit alive[OWNERS];

/* --- The epoch word and the budgets file -------------------------------- */
byte word_bucket = 1;
bit word_bank;
byte lock = NOBODY;           /* of the budgets: robust */
bit owner_died;               /* what the lock's next owner is told */
bit broken = FRESH;           /* nobody takes anything before a rebuild */
#if LATE
byte begun;                   /* changes since the last rebuild */
byte published;               /* of them; fewer: nobody refuses before one */
byte generation;              /* of rebuilds */
#define UNSURE (begun != published)
#define BEGIN_CHANGE begun++; my_generation = generation; COUNT_BEGIN
#else
bit unsure;                   /* nobody refuses before one */
#define UNSURE unsure
#define BEGIN_CHANGE unsure = 1; COUNT_BEGIN
#endif
#ifdef DEFECT_KNOWN_FULL_THROUGH_A_CHANGE
#define COUNT_BEGIN skip
#else
#define COUNT_BEGIN count_change()
#endif
/* The count of changes, as what those who read it can tell by it: whether it is
 * still what it was. */
bit same[OWNERS];             /* as when this process read it */
bit is_full[LEVELS];          /* as when the quota was known to be full */
byte most[LEVELS];            /* that fitted then */
byte budget_bucket = 1 - FRESH;
short available[LEVELS];
short taken[LEVELS];

/* --- The books: changed by commits only, under the writer lock ---------- */
byte writer = NOBODY;         /* robust */
byte label[2];
bit active_bank;
bit state[OWNERS];
byte drained[OWNERS * 2];     /* of what was admitted */
byte facts_drained[OWNERS * 2];
byte cell[OWNERS * BUCKETS];  /* used, by process and bucket */
byte held = (RELEASE == 2 -> HOLD : 0);
byte limit[LEVELS];

/* --- The world, and what the checks remember ---------------------------- */
byte now = 1;
byte kills = KILLS;
byte fulls = FULLS;
byte busy = BUSY;
byte untold = UNTOLD;
byte running;
bit last_round;
byte truth[OWNERS * 2];       /* admitted */
byte fact_truth[OWNERS * 2];
bit asking[OWNERS];
bit misfit[OWNERS];           /* at an instant of the call it did not fit */

/* Names for what a check says, as pan prints the expression. */
hidden byte never_over;
hidden byte no_refusal_is_false;
hidden byte nothing_is_lost_or_doubled;
hidden byte an_answer_is_what_was_admitted;
hidden byte sure_budgets_are_exact;
hidden byte after_a_rebuild_room_is_exact;
hidden byte retired_file_was_read_to_the_end;
hidden byte books_and_word_agree;
hidden byte usage_is_in_its_window;
hidden short t_;
hidden byte b_, f_, k_, m_, n_, p_, s_;

#define CHECK(name, condition) name = (condition); assert(name)

/* --- Ghosts ------------------------------------------------------------- */
/* used + held + what is admitted and not in the books, at quota n, in w. */
inline total(n, w) {
  t_ = (!WINDOW || (w) == label[active_bank] -> held : 0);
  f_ = 0;
  do
  :: f_ < OWNERS && COVERS(n, f_) ->
    k_ = 0;
    do
    :: k_ < BUCKETS ->
      t_ = t_ + (!WINDOW || k_ == (w) -> cell[f_ * BUCKETS + k_] : 0);
      k_++
    :: else -> break
    od;
    b_ = 0;
    do
    :: b_ < 2 ->
      t_ = t_ + ((!WINDOW || label[b_] == (w)) && state[f_] == COUNTING ->
                 truth[f_ * 2 + b_] - drained[f_ * 2 + b_] : 0);
      b_++
    :: else -> break
    od;
    f_++
  :: f_ < OWNERS && !COVERS(n, f_) -> f_++
  :: f_ == OWNERS -> break
  od;
  f_ = 0; b_ = 0; k_ = 0
}

/* Which calls under way do not fit now. */
inline note_misfits() {
  p_ = 0;
  do
  :: p_ < OWNERS && asking[p_] && !misfit[p_] ->
    n_ = 0;
    do
    :: n_ < LEVELS ->
      total(n_, word_bucket);
      misfit[p_] = misfit[p_] || COVERS(n_, p_) && t_ + ASK(p_) > limit[n_];
      n_++
    :: else -> break
    od;
    p_++
  :: p_ < OWNERS && !(asking[p_] && !misfit[p_]) -> p_++
  :: p_ == OWNERS -> break
  od;
  p_ = 0; n_ = 0; t_ = 0
}

inline check_admission(p, s) {
  n_ = 0;
  do
  :: n_ < LEVELS && COVERS(n_, p) ->
    total(n_, label[(s) % 2]);
    CHECK(never_over, t_ <= limit[n_]);
    n_++
  :: n_ < LEVELS && !COVERS(n_, p) -> n_++
  :: n_ == LEVELS -> break
  od;
  n_ = 0; t_ = 0
}

/* --- What is known without the lock -------------------------------------- */
inline count_change() {
  n_ = 0;
  do
  :: n_ < OWNERS -> same[n_] = 0; n_++
  :: else -> break
  od;
  n_ = 0;
  do
  :: n_ < LEVELS -> is_full[n_] = 0; most[n_] = 0; n_++
  :: else -> break
  od;
  n_ = 0
}

/* Under the lock: of the quotas in short_of. */
inline note_full(p) {
  n_ = 0;
  do
  :: n_ < LEVELS ->
    if
    :: short_of & (1 << n_) ->
#ifdef DEFECT_KNOWN_FULL_WHATEVER_HAPPENED
      is_full[n_] = 1;
#else
      is_full[n_] = same[p];
#endif
      most[n_] = (is_full[n_] && available[n_] > taken[n_] ->
                  available[n_] - taken[n_] : 0)
    :: else
    fi;
    n_++
  :: else -> break
  od;
  n_ = 0
}

#define FULL_FOR(n, p) (is_full[n] && ASK(p) > most[n])

/* --- Locks and kills ---------------------------------------------------- */
#define LOCK \
  lock == NOBODY -> \
  lock = me; \
  OWNER_DIED
#ifdef DEFECT_OWNER_DEAD_IGNORED
#define OWNER_DIED owner_died = 0
#else
#define OWNER_DIED \
  if \
  :: owner_died -> owner_died = 0; broken = 1; count_change() \
  :: else \
  fi
#endif
#define UNLOCK lock = NOBODY
#define WRITER_LOCK writer == NOBODY -> writer = me

#define MORTAL \
  if \
  :: true \
  :: kills > 0 && !last_round -> \
    kills--; \
    if \
    :: lock == me -> lock = NOBODY; owner_died = 1 \
    :: else \
    fi; \
    if \
    :: writer == me -> writer = NOBODY \
    :: else \
    fi; \
    if \
    :: me < OWNERS -> alive[me % OWNERS] = 0; asking[me % OWNERS] = 0 \
    :: else \
    fi; \
    goto died \
  fi

/* --- Slots: base and switch under the budget lock only ------------------ */
#define UNCHANGED(s) (version[s] == v && which[s] == w && remaining[s] == r)
#ifdef DEFECT_RECALL_WITHOUT_CAS
#define RECALLED true
#else
#define RECALLED UNCHANGED(s)
#endif
#ifdef DEFECT_NO_VERSION
#define NEXT_VERSION 0
#else
#define NEXT_VERSION v + 1
#endif

/* A slot gets `more` and admits `x` of it: in the steps of one switch. */
inline switch_slot(s, more, x) {
  atomic {
    v = version[s]; w = which[s]; r = remaining[s];
#ifdef DEFECT_BASE_OF_THE_ACTIVE_INDEX
    base[s * 2 + w] = base[s * 2 + w] + more
#elif !defined(DEFECT_SWITCH_BEFORE_BASE)
    base[s * 2 + 1 - w] = base[s * 2 + w] + more
#endif
  };
  atomic {
    MORTAL;
    d_step {
      version[s] = NEXT_VERSION;
#ifndef DEFECT_BASE_OF_THE_ACTIVE_INDEX
      which[s] = 1 - w;
#endif
      remaining[s] = r + more - x;
      truth[s] = truth[s] + x;
      v = 0; w = 0; r = 0;
      check_admission(me, s);
      note_misfits()
    }
  };
#ifdef DEFECT_SWITCH_BEFORE_BASE
  atomic { MORTAL; ACTIVE(s) = SPARE(s) + more };
#endif
}

inline give_back(s, amount) {
  n_ = 0;
  do
  :: n_ < LEVELS ->
    taken[n_] = taken[n_] -
      (COVERS(n_, s / 2) && (!WINDOW || label[s % 2] == budget_bucket)
       -> amount : 0);
    n_++
  :: else -> break
  od;
  n_ = 0
}

/* By anybody, under the budget lock; the owner may be admitting. */
inline recall_slot(s) {
  do
  :: atomic { remaining[s] == 0 -> break }
  :: atomic {
      remaining[s] > 0 ->
      v = version[s]; w = which[s]; r = remaining[s];
      base[s * 2 + 1 - w] = base[s * 2 + w] - r
    };
    atomic {
      MORTAL;
      d_step {
        if
        :: RECALLED ->
          version[s] = NEXT_VERSION;
          which[s] = 1 - w;
          remaining[s] = 0;
          give_back(s, r);
          CHECK(nothing_is_lost_or_doubled,
                ACTIVE(s) + BY_ALLOWANCE(s) == truth[s])
        :: else
        fi;
        v = 0; w = 0; r = 0
      }
    }
  od
}

/* What is left of it goes back to the quota over process 0 alone. */
#if ALLOW
inline recall_allowance(s) {
  atomic {
    MORTAL;
    d_step {
      taken[0] = taken[0] -
        (!WINDOW || label[s] == budget_bucket -> allowance[s] : 0);
      allowance[s] = 0
    }
  }
}

/* Under the lock, where process 0 has an allowance of enough. */
inline admit_by_allowance() {
  atomic {
    d_step { taken[LEVELS - 1] = taken[LEVELS - 1] + ASK(me) }
  };
  atomic {
    MORTAL;
    d_step {
      by_allowance[s] = by_allowance[s] + ASK(me);
      allowance[s] = allowance[s] - ASK(me);
      truth[s] = truth[s] + ASK(me);
      check_admission(me, s);
      note_misfits()
    }
  }
}
#endif

/* --- The budgets -------------------------------------------------------- */
/* Is there a quota over process p with less room than x? */
inline find_short(p, x) {
  short_of = 0;
  n_ = 0;
  do
  :: n_ < LEVELS ->
    short_of = short_of |
      (COVERS(n_, p) && available[n_] - taken[n_] < (x) -> 1 << n_ : 0);
    n_++
  :: else -> break
  od;
  n_ = 0
}

inline take(p, x) {
  n_ = 0;
  do
  :: n_ < LEVELS ->
    taken[n_] = taken[n_] + (COVERS(n_, p) -> (x) : 0);
    n_++
  :: else -> break
  od;
  n_ = 0
}

#define SHORT_OVER(f) \
  ((short_of & (1 << (LEVELS - 1))) || (f) + 1 < LEVELS && (short_of & 1))

#ifdef DEFECT_LIST_BEFORE_LOCK
#define LISTED(f) (listed & (1 << (f)))
#else
#define LISTED(f) exists[f]
#endif

/* All slots under the quotas in short_of, of every file there is now. */
inline recall_short() {
  i = 0;
  do
  :: i < OWNERS * 2 && LISTED(i / 2) && SHORT_OVER(i / 2) ->
    recall_slot(i);
    i++
  :: i < OWNERS * 2 && !(LISTED(i / 2) && SHORT_OVER(i / 2))
    -> i++
  :: i == OWNERS * 2 -> i = 0; break
  od;
#if ALLOW && !defined(DEFECT_ALLOWANCE_NOT_RECALLED)
  if
  :: LISTED(0) && (short_of & 1) -> recall_allowance(0); recall_allowance(1)
  :: else
  fi
#endif
}
/* limit - used - held of quota n_. */
inline room_in_books() {
  t_ = limit[n_] - held;
  f_ = 0;
  do
  :: f_ < OWNERS && COVERS(n_, f_) ->
    k_ = 0;
    do
    :: k_ < BUCKETS ->
      t_ = t_ -
        (!WINDOW || k_ == label[active_bank] -> cell[f_ * BUCKETS + k_] : 0);
      k_++
    :: else -> break
    od;
    f_++
  :: f_ < OWNERS && !COVERS(n_, f_) -> f_++
  :: f_ == OWNERS -> break
  od;
  f_ = 0; k_ = 0
}

inline publish_available() {
  n_ = 0;
  do
  :: n_ < LEVELS -> room_in_books(); available[n_] = t_; n_++
  :: else -> break
  od;
  n_ = 0; t_ = 0
}

#ifdef DEFECT_REBUILD_WITHOUT_THE_DEAD
#define COUNTED_FILE(f) (exists[f] && state[f] == COUNTING && alive[f])
#else
#define COUNTED_FILE(f) (exists[f] && state[f] == COUNTING)
#endif

inline count_taken() {
  n_ = 0;
  do
  :: n_ < LEVELS ->
    taken[n_] = 0;
    s_ = 0;
    do
    :: s_ < OWNERS * 2 ->
      taken[n_] = taken[n_] +
        (COVERS(n_, s_ / 2) && COUNTED_FILE(s_ / 2) &&
         (!WINDOW || label[s_ % 2] == label[active_bank])
         -> ACTIVE(s_) + BY_ALLOWANCE(s_) - drained[s_] : 0);
      s_++
    :: else -> break
    od;
    n_++
  :: else -> break
  od;
  n_ = 0; s_ = 0
}

#if LATE
inline take_snapshot() {
  n_ = 0;
  do
  :: n_ < LEVELS -> room_in_books(); snapshot[n_] = t_; n_++
  :: else -> break
  od;
  n_ = 0; t_ = 0
}

inline store() {
  n_ = 0;
  do
  :: n_ < LEVELS -> available[n_] = snapshot[n_]; n_++
  :: else -> break
  od;
  n_ = 0;
  published++
}
/* Else they were made anew from books that had the commit. */
#ifdef DEFECT_GENERATION_IGNORED
#define SAME_GENERATION true
#else
#define SAME_GENERATION (generation == my_generation)
#endif
#define CHANGE_VARIABLES byte my_generation; short snapshot[LEVELS];

inline forget_change() {
  my_generation = 0;
  n_ = 0;
  do
  :: n_ < LEVELS -> snapshot[n_] = 0; n_++
  :: else -> break
  od;
  n_ = 0
}
#else
#define CHANGE_VARIABLES
inline forget_change() { skip }
#endif

/* The word in step with the books. */
inline finish_flip() {
  if
  :: word_bucket == label[1 - active_bank] && word_bank == 1 - active_bank ->
    word_bucket = label[active_bank];
    word_bank = active_bank;
    note_misfits()
  :: else
  fi
}

#if defined(DEFECT_REBUILD_LEAVES_RETIRED_SLOTS)
#define MUST_BE_EMPTY(s) (exists[(s) / 2] && (s) % 2 != active_bank)
#elif defined(DEFECT_OLD_BANK_NOT_RECALLED)
#define MUST_BE_EMPTY(s) (exists[(s) / 2] && state[(s) / 2] == RETIRED)
#else
#define MUST_BE_EMPTY(s) \
  (exists[(s) / 2] && ((s) % 2 != active_bank || state[(s) / 2] == RETIRED))
#endif

/* Slots that may not be spent from any more. */
inline recall_leftovers() {
  i = 0;
  do
  :: i < OWNERS * 2 && MUST_BE_EMPTY(i) ->
    recall_slot(i);
#if ALLOW
    if
    :: i < 2 -> recall_allowance(i)
    :: else
    fi;
#endif
    i++
  :: i < OWNERS * 2 && !MUST_BE_EMPTY(i) -> i++
  :: i == OWNERS * 2 -> i = 0; break
  od
}

/* Under both locks. What is killed in here leaves `broken` to the next. */
inline rebuild() {
#ifndef DEFECT_REBUILD_LEAVES_THE_FLIP
  atomic { MORTAL; d_step { count_change(); finish_flip() } };
#endif
  recall_leftovers();
  atomic {
    MORTAL;
    d_step {
      CHECK(books_and_word_agree,
            word_bucket == label[active_bank] && word_bank == active_bank);
      publish_available();
#if ALLOW && !defined(DEFECT_ALLOWANCE_SURVIVES_A_REBUILD)
      allowance[0] = 0;
      allowance[1] = 0;
#endif
      count_taken();
      budget_bucket = label[active_bank];
      broken = 0;
#if LATE
      generation++;
      begun = 0;
      published = 0
#else
      unsure = 0
#endif
    }
  }
}

#define MARKED (broken || UNSURE || budget_bucket != word_bucket)

/* With the writer lock had: the budget lock, and budgets to rely on. */
inline lock_sure_budgets() {
  atomic { LOCK };
  if
#ifdef DEFECT_WRITER_TRUSTS_A_DEAD_ONES_MARK
  :: broken || budget_bucket != word_bucket -> rebuild()
#else
  :: MARKED -> rebuild()
#endif
  :: else
  fi
}

/* --- A process that asks ------------------------------------------------ */
proctype Owner(byte me) {
  byte calls, s, v, r, i, short_of, facts_left;
  bit w, b;
#ifdef DEFECT_LIST_BEFORE_LOCK
  byte listed;
#endif

  atomic { exists[me] = 1; alive[me] = 1; calls = CALLS };
#if FACTS
  facts_left = (me == 0 -> FACTS : 0);
#endif
  do
#if FACTS
  :: atomic {
      facts_left > 0 ->
      facts_left--;
      facts[me * 2 + word_bank]++;
      fact_truth[me * 2 + word_bank]++
    }
#endif
  :: atomic {
      calls > 0 ->
      MORTAL;
      d_step { calls--; asking[me] = 1; misfit[me] = 0; note_misfits() }
    };
ask:
    atomic { b = word_bank; s = me * 2 + b };
    atomic { v = version[s]; w = which[s]; r = remaining[s]; b = 0 };
    if
    :: atomic { r >= ASK(me) ->
        if
        :: UNCHANGED(s) ->
          d_step {
            remaining[s] = r - ASK(me);
            truth[s] = truth[s] + ASK(me);
            check_admission(me, s);
            note_misfits();
            v = 0; w = 0; r = 0
          };
          goto answered
        :: else -> v = 0; w = 0; r = 0; goto ask
        fi
      }
    :: atomic { r < ASK(me) -> v = 0; w = 0; r = 0 }
    fi;
    /* What is noted later, at the same count, could as well be read then. */
    if
    :: atomic {
        COVERS(0, me) && FULL_FOR(0, me) || FULL_FOR(LEVELS - 1, me) ->
        same[me] = 1
      };
      atomic {
        if
        :: same[me] ->
          CHECK(no_refusal_is_false, misfit[me]);
          goto answered
        :: else
        fi
      }
    :: else
    fi;
#ifdef DEFECT_LIST_BEFORE_LOCK
    atomic { listed = exists[0] | (exists[OWNERS - 1] << (OWNERS - 1)) };
#endif
#ifdef DEFECT_BANK_BEFORE_LOCK
    atomic { s = me * 2 + word_bank };
#endif
    atomic {
      LOCK;
      same[me] = 1;
#ifndef DEFECT_BANK_BEFORE_LOCK
      s = me * 2 + word_bank;
#endif
      if
#ifdef DEFECT_BUDGETS_OF_ANOTHER_BUCKET
      :: broken -> same[me] = 0; UNLOCK; goto refresh
#else
      :: broken || budget_bucket != word_bucket ->
        same[me] = 0; UNLOCK; goto refresh
#endif
      :: else
      fi
    };
decide:
#if ALLOW
    /* By an allowance there is, or another one. */
    if
    :: atomic {
        me == 0 && allowance[s % 2] >= ASK(me) &&
        available[LEVELS - 1] - taken[LEVELS - 1] >= ASK(me) ->
        goto allowed
      }
    :: atomic {
        me == 0 &&
        available[0] - taken[0] + allowance[s % 2] >= ALLOW &&
        available[LEVELS - 1] - taken[LEVELS - 1] >= ASK(me) ->
        d_step {
          taken[0] = taken[0] - allowance[s % 2] + ALLOW;
          allowance[s % 2] = ALLOW
        };
        goto allowed
      }
    :: true
    fi;
#endif
    atomic {
      d_step { find_short(me, SLICE) };
      if
      :: short_of == 0 && SLICE > ASK(me) ->
        short_of = 0; d_step { take(me, SLICE) }; goto grant
      :: skip
      fi;
      d_step { find_short(me, ASK(me)) };
      if
      :: short_of == 0 -> d_step { take(me, ASK(me)) }; goto direct
      :: else
      fi
    };
#ifdef DEFECT_KNOWN_FULL_BEFORE_A_RECALL
    atomic { d_step { note_full(me) } };
#endif
#ifndef DEFECT_REFUSE_WITHOUT_RECALL
#ifdef DEFECT_RECALL_UNDER_ONE_QUOTA
    short_of = (short_of & 1 -> 1 : short_of);
#endif
    recall_short();
#endif
    atomic {
      d_step { find_short(me, ASK(me)) };
      if
      :: short_of == 0 -> goto decide
      :: else
      fi;
#ifdef DEFECT_KNOWN_FULL_WHILE_UNSURE
      d_step { note_full(me) };
#endif
#ifndef DEFECT_REFUSE_WHILE_UNSURE
      if
      :: UNSURE -> short_of = 0; same[me] = 0; UNLOCK; goto refresh
      :: else
      fi;
#endif
      d_step { note_full(me) };
      short_of = 0;
      CHECK(no_refusal_is_false, misfit[me]);
      UNLOCK;
      goto answered
    };
grant:
    same[me] = 0;
    switch_slot(s, SLICE, ASK(me));
    goto unlock_;
direct:
    same[me] = 0;
    switch_slot(s, ASK(me), ASK(me));
#if ALLOW
    goto unlock_;
allowed:
    same[me] = 0;
    short_of = 0;
    admit_by_allowance();
#endif
unlock_:
    atomic { MORTAL; UNLOCK; goto answered };
refresh:
    atomic { WRITER_LOCK };
    lock_sure_budgets();
    atomic { MORTAL; UNLOCK; writer = NOBODY; goto ask };
answered:
    atomic {
      same[me] = 0;
      asking[me] = 0; misfit[me] = 0; s = 0
    }
  :: atomic { calls == 0 -> break }
  od;
died:
  atomic { running-- }
}

/* --- Drains ------------------------------------------------------------- */
#define NEWS(s) (sum[s] - drained[s])
#define NEW_FACTS(s) (fact_sum[s] - facts_drained[s])
#ifdef DEFECT_ONE_WATERMARK
#define LEAVES_TAKEN(s) (NEWS(s) + NEW_FACTS(s))
#else
#define LEAVES_TAKEN(s) NEWS(s)
#endif

inline read_file() {
#ifndef DEFECT_LIVENESS_AFTER_COUNTERS
  atomic { last[i] = !alive[i] };
#endif
  d_step {
    sum[i * 2] = ACTIVE(i * 2) - remaining[i * 2] + BY_ALLOWANCE(i * 2);
    sum[i * 2 + 1] =
      ACTIVE(i * 2 + 1) - remaining[i * 2 + 1] + BY_ALLOWANCE(i * 2 + 1);
    fact_sum[i * 2] = facts[i * 2];
    fact_sum[i * 2 + 1] = facts[i * 2 + 1];
    CHECK(nothing_is_lost_or_doubled,
          sum[i * 2] == truth[i * 2] && sum[i * 2 + 1] == truth[i * 2 + 1])
  };
#ifdef DEFECT_LIVENESS_AFTER_COUNTERS
  atomic { last[i] = !alive[i] };
#endif
}

/* What the drain moves, by slot: known before the commit and used after it. */
inline keep_moves() {
  s_ = 0;
  do
  :: s_ < OWNERS * 2 ->
    moved[s_] = (read[s_ / 2] -> LEAVES_TAKEN(s_) +
                 (LATE -> NEW_FACTS(s_) : 0) : 0);
#if LATE
    broken = broken || read[s_ / 2] && last[s_ / 2];
#endif
    s_++
  :: else -> break
  od;
  s_ = 0
}

/* Where an older snapshot may be stored meanwhile, what is lowered is taken,
 * and given back when it is published. */
#if LATE
#define LOWER_ROOM(n, x) taken[n] = taken[n] + x
#else
#define LOWER_ROOM(n, x) available[n] = available[n] - x
#endif

inline lower_by_facts() {
  s_ = 0;
  do
  :: s_ < OWNERS * 2 && read[s_ / 2] ->
    n_ = 0;
    do
    :: n_ < LEVELS ->
      LOWER_ROOM(n_,
        (COVERS(n_, s_ / 2) && (!WINDOW || label[s_ % 2] == budget_bucket)
         -> NEW_FACTS(s_) : 0));
      n_++
    :: else -> break
    od;
    s_++
  :: s_ < OWNERS * 2 && !read[s_ / 2] -> s_++
  :: s_ == OWNERS * 2 -> break
  od;
  s_ = 0; n_ = 0
}

inline commit_drain() {
  s_ = 0;
  do
  :: s_ < OWNERS * 2 && read[s_ / 2] ->
    m_ = s_ / 2 * BUCKETS + label[s_ % 2];
    cell[m_] = cell[m_] + NEWS(s_) + NEW_FACTS(s_);
    drained[s_] = sum[s_];
    facts_drained[s_] = fact_sum[s_];
    if
    :: last[s_ / 2] ->
      CHECK(retired_file_was_read_to_the_end, sum[s_] == truth[s_]);
      drained[s_] = 0;
      facts_drained[s_] = 0;
      if
      :: s_ % 2 == 1 -> state[s_ / 2] = RETIRED
      :: else
      fi
    :: else
    fi;
    s_++
  :: s_ < OWNERS * 2 && !read[s_ / 2] -> s_++
  :: s_ == OWNERS * 2 -> break
  od;
  if
  :: now > label[active_bank] ->
    active_bank = 1 - active_bank;
    label[active_bank] = now;
    turned = 1
  :: else
  fi;
  s_ = 0; m_ = 0;
  note_misfits()
}

inline give_back_moves() {
  s_ = 0;
  do
  :: s_ < OWNERS * 2 ->
#ifdef DEFECT_GIVEN_BACK_TO_EVERY_WINDOW
    taken[LEVELS - 1] = taken[LEVELS - 1] - moved[s_];
#else
    give_back(s_, moved[s_]);
#endif
    moved[s_] = 0;
    s_++
  :: else -> break
  od;
  s_ = 0
}

inline forget_drain() {
  s_ = 0;
  do
  :: s_ < OWNERS * 2 ->
    sum[s_] = 0; fact_sum[s_] = 0; moved[s_] = 0;
    last[s_ / 2] = 0; read[s_ / 2] = 0;
    s_++
  :: else -> break
  od;
  s_ = 0; turned = 0; told = 0; i = 0; short_of = 0; v = 0; w = 0; r = 0;
  forget_change()
}

proctype Drainer(byte me, rounds) {
#ifdef DEFECT_LIST_BEFORE_LOCK
  byte listed = 255;
#endif
  byte sum[OWNERS * 2], fact_sum[OWNERS * 2], moved[OWNERS * 2];
  bit last[OWNERS], read[OWNERS], turned, w, told;
  CHANGE_VARIABLES
  byte v, r, i, short_of;

again:
  do
  :: rounds > 0 ->
    rounds--;
    atomic { WRITER_LOCK };
    atomic { MORTAL; d_step { finish_flip() } };
    lock_sure_budgets();
    atomic { MORTAL; UNLOCK };
    do
    :: i < OWNERS && exists[i] && state[i] == COUNTING ->
      read_file();
      atomic { read[i] = 1; i++ }
    :: i < OWNERS && exists[i] && state[i] == RETIRED ->
      atomic { last[i] = 1; i++ }
    :: i < OWNERS && !exists[i] -> i++
    :: i == OWNERS -> i = 0; break
    od;
#if UNTOLD
    if
    :: atomic {
        untold > 0 && !last_round ->
        MORTAL;
        untold--;
#ifdef DEFECT_COUNTED_BEFORE_IT_IS_BROKEN
        d_step { count_change() }
#else
        broken = 1
#endif
      };
      atomic {
        MORTAL;
#ifdef DEFECT_COUNTED_BEFORE_IT_IS_BROKEN
        broken = 1;
#else
        d_step { count_change() };
#endif
        goto commit
      }
    :: true
    fi;
#endif
    atomic {
      MORTAL;
      LOCK;
      told = 1;
      d_step {
#ifndef DEFECT_UNMARKED_DRAIN
        BEGIN_CHANGE;
#endif
        keep_moves();
        lower_by_facts();
        short_of = 0;
        n_ = 0;
        do
        :: n_ < LEVELS ->
          short_of = short_of |
            (available[n_] - taken[n_] < 0 -> 1 << n_ : 0);
          n_++
        :: else -> break
        od;
        n_ = 0
#ifdef DEFECT_GIVEN_BACK_BEFORE_THE_COMMIT
        give_back_moves()
#endif
      }
    };
#ifndef DEFECT_FACTS_WITHOUT_RECALL
    if
    :: short_of != 0 && FACTS -> recall_short()
    :: else
    fi;
#endif
    atomic { MORTAL; short_of = 0; UNLOCK };
commit:
    atomic {
      MORTAL;
      if
      :: true -> d_step { commit_drain() }
      :: fulls > 0 && !last_round -> fulls--; writer = NOBODY; goto died
      fi
    };
#if LATE || defined(DEFECT_PUBLISHED_WITHOUT_THE_WRITER_LOCK)
    atomic { writer = NOBODY };
#endif
    /* The word may move before or after the budgets are published. */
    if
    :: turned -> atomic { MORTAL; d_step { finish_flip() } }
    :: true
    fi;
    if
    :: atomic { busy > 0 && !last_round -> busy-- }
    :: atomic { !told }
#if LATE
    :: turned && told  /* whoever asks next makes them anew */
    :: !turned && told ->
      d_step { take_snapshot() };
      atomic { MORTAL; LOCK };
      d_step {
        if
        :: SAME_GENERATION -> give_back_moves(); store()
        :: else
        fi
      };
#else
    :: atomic { told -> MORTAL; LOCK };
      if
      :: turned || broken ->
        rebuild()
      :: else ->
        atomic {
          d_step {
            give_back_moves();
            publish_available();
            unsure = 0
          }
        };
#ifndef DEFECT_RETIRED_SLOTS_LEFT
        recall_leftovers()
#endif
      fi;
#endif
      atomic { MORTAL; UNLOCK }
    fi;
    atomic {
      if
      :: writer == me -> writer = NOBODY
      :: else
      fi
    };
    do
    :: i < OWNERS && last[i] -> atomic { MORTAL; exists[i] = 0; i++ }
    :: i < OWNERS && !last[i] -> i++
    :: i == OWNERS -> i = 0; break
    od;
    atomic { d_step { forget_drain() } }
  :: rounds == 0 -> break
  od;
  goto ended;
died:
  /* Another process drains from here on. */
  atomic { d_step { forget_drain() }; goto again };
ended:
  atomic { running-- }
}

/* --- A hold, its release, a lower limit --------------------------------- */
inline publish(promise) {
#if LATE
  atomic { MORTAL; writer = NOBODY };
#endif
  if
  :: atomic { busy > 0 && !last_round -> busy-- }
#if LATE
  :: d_step { take_snapshot() };
    atomic {
      MORTAL;
      LOCK;
      d_step {
        if
        :: SAME_GENERATION -> take(0, -(promise)); store()
        :: else
        fi;
        forget_change();
        UNLOCK
      }
    }
  fi
#else
  :: atomic {
      MORTAL;
      LOCK;
      d_step {
        take(0, -(promise));
        publish_available();
        if
        :: !broken -> unsure = 0
        :: else
        fi;
        UNLOCK
      }
    }
  fi;
  atomic { MORTAL; writer = NOBODY }
#endif
}

proctype Writer(byte me) {
#ifdef DEFECT_LIST_BEFORE_LOCK
  byte listed = 255;
#endif
  byte v, r, i, short_of;
  bit w, placed;
  CHANGE_VARIABLES

#if HOLD && RELEASE != 2
  atomic { WRITER_LOCK };
  lock_sure_budgets();
  atomic { d_step { find_short(0, HOLD) } };
  if
  :: short_of != 0 -> recall_short(); atomic { d_step { find_short(0, HOLD) } }
  :: else
  fi;
  atomic {
    MORTAL;
    if
    :: short_of == 0 -> d_step { take(0, HOLD) }; BEGIN_CHANGE; placed = 1
    :: else -> short_of = 0
    fi;
    UNLOCK
  };
  if
  :: placed ->
    atomic {
      MORTAL;
      if
      :: true ->
        d_step {
          held = HOLD;
          n_ = 0;
          do
          :: n_ < LEVELS ->
            total(n_, label[active_bank]);
            CHECK(never_over, t_ <= limit[n_]);
            n_++
          :: else -> break
          od;
          n_ = 0; t_ = 0;
          note_misfits()
        }
      :: fulls > 0 -> fulls--
      fi
    };
    publish(HOLD)
  :: else -> atomic { MORTAL; writer = NOBODY }
  fi;
#endif
#if RELEASE
  atomic { WRITER_LOCK };
  lock_sure_budgets();
#ifdef DEFECT_RAISED_BEFORE_THE_COMMIT
  atomic { available[0] = available[0] + held; BEGIN_CHANGE };
#endif
#ifdef DEFECT_UNMARKED_RAISE
  atomic { MORTAL; UNLOCK };
#else
  atomic { MORTAL; BEGIN_CHANGE; UNLOCK };
#endif
  atomic { MORTAL; d_step { held = 0; note_misfits() } };
  publish(0);
#endif
#if LOWER
  atomic { WRITER_LOCK };
  lock_sure_budgets();
#ifndef DEFECT_LOWERED_AFTER_THE_COMMIT
  atomic {
    d_step {
      BEGIN_CHANGE;
      LOWER_ROOM(LEVELS - 1, LOWER);
      short_of =
        (available[LEVELS - 1] < taken[LEVELS - 1] -> 1 << (LEVELS - 1) : 0)
    }
  };
#ifndef DEFECT_LIMIT_WITHOUT_RECALL
  if
  :: short_of != 0 -> recall_short()
  :: else
  fi;
#endif
#endif
  atomic { MORTAL; UNLOCK };
  atomic {
    MORTAL;
    d_step {
      limit[LEVELS - 1] = limit[LEVELS - 1] - LOWER;
      note_misfits()
    }
  };
  publish((LATE -> LOWER : 0));
#endif
died:
  atomic { running-- }
}

/* --- A query: a slot without a lock ------------------------------------- */
proctype Reader() {
  byte v, r, value, before;
  bit w;
  byte reads = READS;

  do
  :: reads > 0 ->
    reads--;
    atomic { before = truth[0] };
look:
    atomic { v = version[0]; w = which[0]; r = remaining[0] };
    atomic { value = base[w] };
#ifndef DEFECT_READER_LOOKS_ONCE
    atomic {
      if
      :: version[0] == v && which[0] == w -> r = remaining[0]
      :: else -> goto look
      fi
    };
#endif
    d_step {
      value = value - r;
      CHECK(an_answer_is_what_was_admitted,
            before <= value && value <= truth[0]);
      value = 0; before = 0; v = 0; w = 0; r = 0
    }
  :: reads == 0 -> break
  od;
  atomic { running-- }
}

/* --- All dead, one drain, one rebuild ----------------------------------- */
/* Room and what is unspent, against the books and what is not drained. */
inline check_room() {
  t_ = available[n_] - taken[n_];
  s_ = 0;
  do
  :: s_ < OWNERS * 2 ->
    t_ = t_ + (COVERS(n_, s_ / 2) && exists[s_ / 2] &&
               (!WINDOW || label[s_ % 2] == budget_bucket)
               -> remaining[s_] + (n_ == 0 -> LEFT_ALLOWED(s_) : 0) : 0);
    s_++
  :: else -> break
  od;
  s_ = 0;
  room_ = t_;
  total(n_, budget_bucket);
  CHECK(sure_budgets_are_exact, room_ == limit[n_] - t_)
}

inline check_sure_budgets() {
  if
  :: !broken && !UNSURE && !owner_died && budget_bucket == word_bucket ->
    n_ = 0;
    do
    :: n_ < LEVELS ->
      check_room();
      n_++
    :: else -> break
    od
  :: else
  fi
}

inline check_the_end() {
  CHECK(books_and_word_agree,
        word_bucket == label[active_bank] && word_bank == active_bank);
  CHECK(after_a_rebuild_room_is_exact, !broken && !UNSURE);
  n_ = 0;
  do
  :: n_ < LEVELS ->
    room_ = available[n_];
    CHECK(after_a_rebuild_room_is_exact, taken[n_] == 0);
    total(n_, label[active_bank]);
    CHECK(after_a_rebuild_room_is_exact, room_ == limit[n_] - t_);
    n_++
  :: else -> break
  od;
  f_ = 0;
  do
  :: f_ < OWNERS ->
    CHECK(nothing_is_lost_or_doubled, !exists[f_]);
    t_ = 0;
    k_ = 0;
    do
    :: k_ < BUCKETS -> t_ = t_ + cell[f_ * BUCKETS + k_]; k_++
    :: else -> break
    od;
    CHECK(nothing_is_lost_or_doubled,
          t_ == truth[f_ * 2] + truth[f_ * 2 + 1] +
                fact_truth[f_ * 2] + fact_truth[f_ * 2 + 1]);
    f_++
  :: else -> break
  od
}

init {
  byte i;
  short room_;

  atomic {
    d_step {
      label[0] = 1;
#if AHEAD
      cell[2] = AHEAD;
      fact_truth[1] = AHEAD;
#endif
      limit[0] = LIMIT0;
      limit[LEVELS - 1] = LIMIT;
      available[0] = limit[0] - held;
      available[LEVELS - 1] = limit[LEVELS - 1] - held
    };
    running = OWNERS;
    do
    :: i < OWNERS -> run Owner(i); i++
    :: i == OWNERS -> i = 0; break
    od;
#if DRAINS
    running++;
    run Drainer(DRAINER, DRAINS);
#endif
#if HOLD || LOWER
    running++;
    run Writer(WRITER);
#endif
#if READS
    running++;
    run Reader();
#endif
  };
#if ADVANCES
  do
  :: atomic { now < ADVANCES + 1 -> now++ }
  :: break
  od;
#endif
  running == 0;
  atomic {
    d_step { check_sure_budgets() };
    last_round = 1;
    do
    :: i < OWNERS -> alive[i] = 0; i++
    :: i == OWNERS -> i = 0; break
    od;
    broken = 1;
    running = 1;
    run Drainer(LAST, 2)
  };
  running == 0;
  d_step { check_the_end() }
}
