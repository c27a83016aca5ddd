"""Scenarios and seeded defects of hot_path.pml."""

# Of the scenarios: they run for longer than their compilation takes.
COMPILER = ["gcc", "-O1"]

# What is the case, and how large. Defaults are at the top of hot_path.pml.
SCENARIOS = [
    ("stragglers over two flips, two drainers",
     "INCREMENTS=1 ADVANCES=2 KILLS=0"),
    ("two drainers, kills anywhere",
     "INCREMENTS=1 KILLS=2"),
    ("commits that fail",
     "DRAINERS=1 ROUNDS=3 FULLS=1"),
    ("two threads of a process",
     "THREADS=2 DRAINERS=1 INCREMENTS=3"),
    ("two threads in the overflow lane",
     "OVERFLOW=1 DRAINERS=1 INCREMENTS=3"),
    ("processes one after the other or at once",
     "FILES=2 DRAINERS=1 ROUNDS=3 KILLS=2 ADVANCES=0"),
    ("a query while a process dies and its file is retired",
     "READERS=1 DRAINERS=1 INCREMENTS=1"),
    ("a query during a flip",
     "READERS=1 DRAINERS=1 KILLS=0 INCREMENTS=2"),
    ("a power loss, and kills",
     "POWER=1 DRAINERS=1 ROUNDS=3 KILLS=2"),
    ("a power loss, two lanes",
     "POWER=1 THREADS=2 DRAINERS=1 KILLS=0 ADVANCES=0 INCREMENTS=3"),
    ("a power loss, two drainers",
     "POWER=1 KILLS=1 ADVANCES=0 INCREMENTS=1"),
]

# What is changed, where, and the check that must refuse it.
DEFECTS = [
    ("HALF_DONE_FLIP", "", "books_and_word_agree"),
    ("FLIP_BEFORE_COMMIT", "DRAINERS=1", "every_increment_is_in_its_bucket"),
    ("RELABEL_THE_ACTIVE_BANK", "DRAINERS=1 KILLS=0",
     "every_increment_is_in_its_bucket"),
    ("AMOUNTS_BEFORE_WATERMARKS", "DRAINERS=1 ROUNDS=3",
     "nothing_is_lost_or_doubled"),
    ("NO_WRITER_LOCK", "ADVANCES=0 KILLS=0 INCREMENTS=1",
     "watermarks_are_in_order"),
    ("RESET_COUNTERS", "", "nothing_is_lost_or_doubled"),
    ("LIVENESS_AFTER_COUNTERS", "", "retired_file_was_read_to_the_end"),
    ("LANES_BEFORE_LIVENESS", "", "retired_file_was_read_to_the_end"),
    ("UNLINK_BEFORE_COMMIT", "", "removed_file_is_in_the_books"),
    ("FORGET_WHEN_RETIRING", "DRAINERS=1 KILLS=2 ADVANCES=0 ROUNDS=3",
     "nothing_is_lost_or_doubled"),
    ("FORGET_BEFORE_SYNC",
     "POWER=1 KILLS=2 DRAINERS=1 ROUNDS=3 INCREMENTS=1 ADVANCES=0",
     "nothing_is_lost_or_doubled"),
    ("NEGATIVE_AFTER_POWER_LOSS",
     "POWER=1 KILLS=0 DRAINERS=1 ADVANCES=0", "nothing_is_lost_or_doubled"),
    ("TWO_THREADS_IN_A_LANE", "DRAINERS=1 ROUNDS=1 KILLS=0 ADVANCES=0",
     "nothing_is_lost_or_doubled"),
    ("OVERFLOW_WITHOUT_LOCK",
     "OVERFLOW=1 DRAINERS=1 ROUNDS=1 KILLS=0 ADVANCES=0",
     "nothing_is_lost_or_doubled"),
    ("READER_WITHOUT_WORD", "READERS=1 DRAINERS=1 INCREMENTS=1 KILLS=0",
     "answer_has_it_in_its_bucket"),
    ("LIST_AFTER_SNAPSHOT", "READERS=1 DRAINERS=1 INCREMENTS=1 ADVANCES=0",
     "answer_has_all_from_before"),
]
