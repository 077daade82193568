"""How long talks went on, and lengths that are no talks."""

import pytest

from pipeline.understand.durations import find_durations


@pytest.mark.parametrize(
    ("sentence", "minutes"),
    [
        ("They discussed the border over the phone for 1 hour and 40 minutes on Saturday.", 100),
        ("He held five-hour talks with his host.", 300),
        ("In a roughly hour-long call they agreed.", 60),
        ("It took nearly 12 hours of talks.", 720),
        ("The talks lasted more than three hours.", 180),
        ("They spoke for an hour and a half.", 90),
        ("The talks ran for two hours and a half.", 150),
        ("They dined for the better part of an hour.", 60),
        ("They sat together for two full hours.", 120),
        ("The banquet went on for well over three hours.", 180),
        ("They spoke for a quarter of an hour after lunch.", 15),
        (
            "Starting at 12:05 for some 40 minutes, Mr. TANAKA, Prime Minister, held a telephone talk with him.",
            40,
        ),
        ("He received the king, for 20 minutes, at his villa.", 20),
        ("On 3 May, commencing at 4 p.m. for about 35 minutes, he held a video meeting with her.", 35),
        ("They spoke for an hour and a quarter.", 75),
        ("A 90-minute phone call brought nothing.", 90),
        ("The two spoke for half an hour.", 30),
        ("It was a half-hour call.", 30),
        ("They talked for two and a half hours.", 150),
        ("A two-and-a-half-hour meeting followed.", 150),
        ("Their phone call lasted 1h45.", 105),
        ("The conversation went on for just under an hour, two officials said.", 60),
        ("The conversation took ten minutes.", 10),
        ("It ran for 35 minutes.", 35),
        ("For two and a half hours the pair sat over maps.", 150),
        ("The call took a quarter of an hour.", 15),
        ("They were three-quarters of an hour on the phone, a call of three-quarters of an hour.", 45),
        ("the 1.5-hour meeting", 90),
        ("the twenty-five-minute call", 25),
        ("After forty minutes of talks they parted.", 40),
        ("The meeting ended after 50 minutes.", 50),
        ("Call between the leaders (55 minutes)", 55),
    ],
)
def test_lengths_of_talks(sentence: str, minutes: int) -> None:
    found = find_durations(sentence)
    assert found
    assert found[-1].minutes == minutes
    assert sentence[found[-1].start : found[-1].end].strip()


@pytest.mark.parametrize(
    "sentence",
    [
        "In the last 24 hours he spoke with four leaders.",
        "They met for two days of talks.",
        "He arrived after a 10-hour train journey for talks.",
        "The call came an hour before the vote.",
        "He spoke two hours after lunch.",
        "Two hours later he met the king.",
        "They spoke by phone 24 hours after the attack.",
        "A 48-hour ceasefire was agreed in the call.",
        "He waited two hours for the call.",
        "A 45-minute speech came before the meeting.",
        "The talks were planned for an hour.",
        "They are to meet within 48 hours.",
        "Soldiers fought for six hours.",
        "Talks lasted an hour longer than planned.",
        "Several hours of talks brought nothing.",
    ],
)
def test_lengths_of_other_things(sentence: str) -> None:
    assert find_durations(sentence) == []


def test_two_talks_in_one_sentence_keep_their_own_lengths() -> None:
    sentence = "He spoke by telephone with one for 45 minutes on Wednesday and to the other for an hour on Thursday."
    assert [d.minutes for d in find_durations(sentence)] == [45, 60]


def test_a_hostile_sentence_is_read_in_no_time() -> None:
    assert find_durations("for " * 20_000 + "an hour " * 2_000) is not None
