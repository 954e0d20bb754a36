"""The demo's grammar: references, annotations, memory, choices, numbers, names kept out of train."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from errata.core.errors import ErrataError
from errata.jobs.demo_grammar import Draft, Grammar


def write(text: str, *, seed: int = 0, unseen: bool = True, memory: dict[str, str] | None = None) -> Draft:
    return Grammar(text).write("start", Random(seed), {} if memory is None else memory, unseen=unseen)


def annotated(draft: Draft) -> list[tuple[str, str]]:
    return [(draft.text[start:end], label) for start, end, label in draft.spans]


def test_labelled_reference_becomes_a_span() -> None:
    draft = write("[start]\n{PER:name} saw {LOC:Oslo}.\n[name]\nAda {B.|C.} Lovelace")
    assert annotated(draft) in (
        [("Ada B. Lovelace", "PER"), ("Oslo", "LOC")],
        [("Ada C. Lovelace", "PER"), ("Oslo", "LOC")],
    )


def test_leading_article_stays_outside_the_span() -> None:
    assert annotated(write("[start]\nseen on {LOC:river}\n[river]\nthe Severn")) == [("Severn", "LOC")]


def test_inner_labels_of_a_labelled_reference_give_way_to_the_outer() -> None:
    draft = write("[start]\n{ORG:bank}\n[bank]\nBank of {GPE:Chad}")
    assert annotated(draft) == [("Bank of Chad", "ORG")]


def test_keys_keep_their_value_and_surname_follows_the_person() -> None:
    draft = write(
        "[start]\n{PER:person#a} met {PER:person#b}. {PER:surname#a} left. {PER:person#a} left.\n"
        "[person]\nAda Lovelace\nJ. K. van Dyk\nMax Q. Born\n[last]\nNobody",
        seed=3,
    )
    people = [surface for surface, _ in annotated(draft)]
    assert people[3] == people[0]
    assert people[2] in {"Lovelace", "van Dyk", "Born"}
    assert people[0].endswith(people[2])


def test_surname_without_a_person_is_any_last_name() -> None:
    assert write("[start]\n{surname#a}\n[last]\nNobody").text == "Nobody"


def test_preset_symbols_win() -> None:
    assert write("[start]\n{product}!\n[product]\nnot this", memory={"product": "the lamp"}).text == "the lamp!"


@pytest.mark.parametrize("seed", range(20))
def test_numbers_lie_in_their_range_and_choices_may_nest(seed: int) -> None:
    draft = write("[start]\n{free|{MONEY:${2..4}}}", seed=seed)
    assert draft.text in {"free", "$2", "$3", "$4"}
    assert annotated(draft) == ([] if draft.text == "free" else [(draft.text, "MONEY")])


def test_empty_choice_is_nothing() -> None:
    assert {write("[start]\na{| b}", seed=seed).text for seed in range(20)} == {"a", "a b"}


def test_weights_count() -> None:
    counts = Counter(write("[start]\n9*often\nrarely", seed=seed).text for seed in range(400))
    assert counts["often"] > 7 * counts["rarely"] > 0


def test_every_third_line_of_an_open_list_is_unseen() -> None:
    text = "[start open]\none\ntwo\nthree\nfour\nfive\nsix"
    assert {write(text, seed=seed, unseen=False).text for seed in range(200)} == {"one", "two", "four", "five"}
    assert {write(text, seed=seed).text for seed in range(200)} == {"one", "two", "three", "four", "five", "six"}


def test_an_article_before_a_vowel_moves_the_spans_with_it() -> None:
    draft = write("[start]\nA {NORP:Indian} team")
    assert draft.text == "An Indian team"
    assert annotated(draft) == [("Indian", "NORP")]


def test_sentences_begin_with_a_capital() -> None:
    draft = Draft("the river rose. “it fell,” said J. van Dyk. 3 % are left! ok?")
    draft.capitalise()
    assert draft.text == "The river rose. “It fell,” said J. van Dyk. 3 % are left! Ok?"


def test_empty_list_is_refused() -> None:
    with pytest.raises(ErrataError, match="start"):
        Grammar("[start]\n[next]\nx")
