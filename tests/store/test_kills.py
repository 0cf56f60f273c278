from benchmarks.kills import kill_many

KILLS = 5


def test_no_acknowledged_stroke_is_lost_to_a_kill_while_the_files_are_read_and_closed():
    tally = kill_many(KILLS, seed=1)
    assert tally.acknowledged > 0
    assert tally.lost == 0
