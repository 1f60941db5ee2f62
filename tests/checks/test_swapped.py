"""Pairs that were given the wrong way round are refused."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from benchbox.checks.swapped import refuse_swapped
from benchbox.errors import BadAudio, BadCorpus
from benchbox.mixing import mix
from benchbox.records import Entry, Holding, Utterance
from benchbox.testing import FakeCorpus


class Pairs(FakeCorpus):
    """Pairs of which some are given the wrong way round, and some cannot be read."""

    holds: Holding = "pairs"

    def __init__(self, swapped: Sequence[int] = (), unreadable: Sequence[int] = ()) -> None:
        super().__init__(recordings=8)
        self.swapped, self.unreadable = swapped, unreadable

    def load(self, entry: Entry) -> Utterance:
        number = int(entry.id.partition("-")[2])
        if number in self.unreadable:
            raise BadAudio("truncated")
        clean = super().load(entry).samples
        noise = np.random.default_rng(number).standard_normal(clean.size).astype(np.float32)
        noisy = mix(clean, noise, 8000, 5.0).noisy
        return Utterance(entry, *((noisy, 8000, clean) if number in self.swapped else (clean, 8000, noisy)))


def refuse(corpus: FakeCorpus) -> None:
    refuse_swapped(corpus, corpus.entries("test"))


def test_pairs_the_right_way_round_are_taken_also_where_single_ones_are_not() -> None:
    refuse(Pairs())
    refuse(Pairs(swapped=[0, 3, 5, 7]))
    refuse(Pairs(unreadable=range(8)))


def test_most_pairs_the_wrong_way_round_are_refused_with_their_number() -> None:
    with pytest.raises(BadCorpus, match="the noisier one in 8 of 8 pairs looked at; give them the other"):
        refuse(Pairs(swapped=range(8)))
    with pytest.raises(BadCorpus, match="in 5 of 6 pairs"):
        refuse(Pairs(swapped=range(1, 6), unreadable=[6, 7]))


def test_equal_sides_and_lost_packets_are_not_taken_for_it() -> None:
    class Same(Pairs):
        def load(self, entry: Entry) -> Utterance:
            loaded = super().load(entry)
            return replace(loaded, noisy=loaded.samples)

    class Lossy(Pairs):
        def load(self, entry: Entry) -> Utterance:
            loaded = super().load(entry)
            lost = loaded.samples.copy()
            lost.reshape(-1, 160)[::4] = 0
            return replace(loaded, noisy=lost)

    refuse(Same())
    refuse(Lossy())


def test_speech_that_is_to_be_mixed_has_no_other_side() -> None:
    class Clean(Pairs):
        holds = "clean"

    refuse(Clean(swapped=range(8)))
