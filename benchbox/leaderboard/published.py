"""Figures from the literature, to be shown beside a run: they are quoted, not measured here."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchbox.errors import UnknownName


@dataclass(frozen=True)
class Quoted:
    """One system's published means over a test set."""

    system: str
    parameters: int
    """To a thousand."""
    pesq_wb: float
    stoi: float
    si_sdr: float
    """dB"""
    obtained: str
    """How the source obtained the row."""
    paper: str
    """The paper that describes the system."""


@dataclass(frozen=True)
class Published:
    """Published figures for one test set, all out of one source."""

    test_set: str
    source: str
    identity: str
    """What is known of data and measures, and what is not."""
    rows: tuple[Quoted, ...]


_GTCRN = (
    "X. Rong, T. Sun, X. Zhang, Y. Hu, C. Zhu, J. Lu: GTCRN: A Speech Enhancement Model Requiring Ultralow "
    "Computational Resources. ICASSP 2024"
)
_LISENNET = (
    "H. Yan, J. Zhang, C. Fan, Y. Zhou, P. Liu: LiSenNet: Lightweight Sub-band and Dual-Path Modeling for "
    "Real-Time Speech Enhancement. ICASSP 2025, arXiv:2409.13285"
)
_FASTENHANCER = (
    "S. Ahn, J. Han, B. J. Woo, N. S. Kim: FastEnhancer: Speed-Optimized Streaming Neural Speech "
    "Enhancement. 2025, arXiv:2509.21867"
)
_OWN = "by its authors"

PUBLISHED: Mapping[str, Published] = {
    "voicebank_demand": Published(
        test_set="VoiceBank-DEMAND at 16 kHz, official test part; all systems learned from its train part",
        source="table 1 of the README of https://github.com/aask1357/fastenhancer (commit 2e36c28)",
        identity=(
            "PESQ is P.862.2 (wide-band) without Corrigendum 2, by the package pesq; STOI by pystoi; "
            "SI-SDR without taking means off (docs/docs/metrics.md there); resampler from 48 kHz (its "
            "resample.py) and versions of the packages: not stated in its documentation"
        ),
        rows=(
            Quoted("FastEnhancer-L", 1_105_000, 3.26, 0.952, 19.6, _OWN, _FASTENHANCER),
            Quoted("FastEnhancer-B", 92_000, 3.13, 0.945, 19.0, _OWN, _FASTENHANCER),
            Quoted("FastEnhancer-T", 22_000, 2.99, 0.940, 18.6, _OWN, _FASTENHANCER),
            Quoted(
                "LiSenNet, streaming",
                37_000,
                2.98,
                0.941,
                18.5,
                "trained anew by FastEnhancer's authors, without input normalisation and Griffin-Lim",
                _LISENNET,
            ),
            Quoted(
                "GTCRN", 24_000, 2.87, 0.940, 18.8, "official checkpoint, by FastEnhancer's authors", _GTCRN
            ),
        ),
    )
}
"""Name of a test set -> what was published on it."""


def published(name: str) -> Published:
    """Return what was published on a test set.

    Raises:
        UnknownName: nothing is known of it.
    """
    if name not in PUBLISHED:
        raise UnknownName("published test set", name, PUBLISHED)
    return PUBLISHED[name]
