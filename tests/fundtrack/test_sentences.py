"""What is kept of a file is told in the language of who reads it."""

import copy
import json
from dataclasses import dataclass

import pytest
from django.utils import translation

from fundtrack.exceptions import Refusal
from fundtrack.money import AmountError
from fundtrack.sentences import Sentence, kept, plural_sentence, sentence, told

_ROW = "Row %(row)s: %(message)s"


def through_json(value: object) -> object:
    return json.loads(json.dumps(kept(value)))


def test_a_sentence_within_a_sentence_is_told_in_the_readers_language() -> None:
    with translation.override("fi"):
        finnish = sentence(_ROW) % {"row": 7, "message": sentence("The amount is missing.")}
        stored = through_json({"problems": [{"row": 7, "message": finnish}]})
    with translation.override("sv"):
        swedish = sentence(_ROW) % {"row": 7, "message": sentence("The amount is missing.")}
        assert told(stored) == {"problems": [{"row": 7, "message": swedish}]}
    assert finnish != swedish
    with translation.override("fi"):
        assert told(stored)["problems"][0]["message"] == finnish  # type: ignore[index]


@pytest.mark.parametrize("count", [1, 3])
def test_one_and_several(count: int) -> None:
    one, many = "%(count)s row was booked in booking %(number)s.", "%(count)s rows were booked in booking %(number)s."
    with translation.override("fi"):
        stored = through_json(plural_sentence(one, many, count) % {"count": count, "number": 4})
    with translation.override("sv"):
        assert told(stored) == translation.ngettext(one, many, count) % {"count": count, "number": 4}


def test_a_refusal_keeps_its_sentence() -> None:
    with translation.override("fi"):
        for refusal in (Refusal(sentence("The amount is missing.")), AmountError("not_a_number", "abc")):
            stored = through_json(str(refusal))
            with translation.override("sv"):
                assert told(stored) != str.__str__(stored["text"])  # type: ignore[index]


def test_what_the_catalogues_no_longer_have_is_told_as_it_was_said() -> None:
    stored = {"text": "Näin sanottiin.", "id": "As it was once said.", "values": {}}
    with translation.override("sv"):
        assert told(stored) == "Näin sanottiin."
    broken = {"text": "Rivi 7", "id": _ROW, "values": {"row": 7}}
    with translation.override("sv"):
        assert told(broken) == "Rivi 7"


def test_other_texts_stay() -> None:
    values = [None, 3, "100 %", {"text": "a", "id": "b"}, {"text": "a", "id": "b", "values": {}, "code": "c"}]
    assert told(through_json(values)) == values


def test_copies_do_not_forget() -> None:
    @dataclass
    class Note:
        message: str

    made = sentence(_ROW) % {"row": 1, "message": "x"}
    again = copy.deepcopy(Note(made)).message
    assert isinstance(again, Sentence) and kept(again) == kept(made)
