"""The settings of a suite, each described once.

The fields and defaults of `Suite` and the flags of `benchbox run` are made of this; the table in
benchmarks/README.md is tested against it. Importing it costs nothing, as `benchbox --help` does.
"""

from collections.abc import Mapping
from dataclasses import dataclass

Value = str | bool | int | None


@dataclass(frozen=True)
class Setting:
    """One thing that a suite decides."""

    description: str
    default: Value
    """As a user writes it: specs and numbers separated by commas."""
    unset: str = ""
    """What holds where the default is None."""
    example: str = ""
    plugins: str | None = None
    """Which kind of plugin it names."""

    @property
    def shown(self) -> str:
        """The default as help and tables have it."""
        if self.default is None:
            return self.unset
        return str(self.default).lower() if isinstance(self.default, bool) else str(self.default)


SETTINGS: Mapping[str, Setting] = {
    "name": Setting("what tables and default output folders are called", "quick"),
    "denoisers": Setting(
        "the systems; `noisy` is always added",
        "vqunet,unet,spectral_sub,log_mmse",
        example="vqunet,'spectral_sub(over=[2,3])'",
        plugins="denoisers",
    ),
    "corpus": Setting(
        "clean speech: trained on one split, scored on another",
        "spoken",
        example="'folder(path=my/speech)'",
        plugins="corpora",
    ),
    "noises": Setting(
        "the noise models of the test part",
        "white,pink,babble",
        example="white,'recorded(path=my/noise)'",
        plugins="noises",
    ),
    "snrs": Setting("signal-to-noise ratios of the test part, dB", "0,5,10", example="--snrs=-5,0,5"),
    "metrics": Setting(
        "what is measured; the first one ranks",
        "pesq,stoi,si_sdr,nsr",
        example="pesq,stoi",
        plugins="metrics",
    ),
    "snr_definition": Setting(
        "speech level over active speech (ITU-T P.56), or rms over the whole file", "active", example="rms"
    ),
    "train_noises": Setting(
        "the noise models of training", None, unset="those of noises", example="white,hum", plugins="noises"
    ),
    "train_snrs": Setting("lowest and highest SNR of training, dB", "-5,15", example="--train-snrs=-10,20"),
    "bounds": Setting(
        "add what no system can beat or should fall below: clean, oracle_mask, noise_only, silence", False
    ),
    "align": Setting("undo each system's constant delay before scoring; the table says so", False),
    "cost": Setting("measure what each system costs (MACs, memory, delay), alone on the machine", False),
    "allow_leakage": Setting("run although training and test share audio; the table says so", False),
    "limit": Setting(
        "score on this many utterances, the same ones for everybody", None, unset="all", example="20"
    ),
    "seed": Setting("decides every mixture and every training", 0, example="1"),
}
