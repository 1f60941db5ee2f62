"""Scores of an estimate against the clean reference, one metric a file."""

from benchbox.hookspecs import Register, hookimpl


@hookimpl
def register_metrics(register: Register) -> None:
    from benchbox_metrics.composite import Composite
    from benchbox_metrics.dnsmos import DNSMOS
    from benchbox_metrics.lsd import LSD
    from benchbox_metrics.nsr import NSR
    from benchbox_metrics.pesq import PESQ
    from benchbox_metrics.plcmos import PLCMOS
    from benchbox_metrics.si_sdr import SISDR
    from benchbox_metrics.snr import SNR
    from benchbox_metrics.stoi import STOI
    from benchbox_metrics.wer import WER

    register("composite", Composite)
    register("dnsmos", DNSMOS)
    register("lsd", LSD)
    register("nsr", NSR)
    register("pesq", PESQ)
    register("plcmos", PLCMOS)
    register("si_sdr", SISDR)
    register("snr", SNR)
    register("stoi", STOI)
    register("wer", WER)
