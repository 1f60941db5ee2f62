"""Suite: what to run. From Python, from a TOML file, with command-line flags on top."""

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    model_validator,
)

from benchbox.errors import BadSuite, did_you_mean
from benchbox.records import SnrDefinition, Spec
from benchbox.registry.specs import parse_spec, parse_specs


def _read_specs(value: Any) -> Any:
    if isinstance(value, str | Spec):
        value = [value]
    if not isinstance(value, Sequence):
        return value
    return tuple(spec for item in value for spec in (parse_specs(item) if isinstance(item, str) else [item]))


def _read_numbers(value: Any) -> Any:
    return value.split(",") if isinstance(value, str) else value


_Spec = Annotated[
    Spec,
    BeforeValidator(lambda value: parse_spec(value) if isinstance(value, str) else value),
    PlainSerializer(str),
]
_Specs = Annotated[
    tuple[Spec, ...],
    BeforeValidator(_read_specs),
    PlainSerializer(lambda specs: [str(spec) for spec in specs]),
    Field(min_length=1),
]
_Snr = Annotated[float, Field(ge=-60, le=100, allow_inf_nan=False)]


class Suite(BaseModel):
    """Who is compared, on what, by which measures. Specs are written as text: `vqunet(channels=32)`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(default="quick", description="what tables and default output folders are called")
    denoisers: _Specs = Field(
        default=tuple(map(Spec, ("vqunet", "unet", "spectral_sub", "log_mmse"))),
        description="the systems; `noisy` is always added",
    )
    corpus: _Spec = Field(
        default=Spec("spoken"), description="clean speech: trained on one split, scored on another"
    )
    noises: _Specs = Field(
        default=tuple(map(Spec, ("white", "pink", "babble"))), description="the noise models of the test part"
    )
    snrs: Annotated[tuple[_Snr, ...], BeforeValidator(_read_numbers), Field(min_length=1)] = Field(
        default=(0.0, 5.0, 10.0), description="signal-to-noise ratios of the test part, dB"
    )
    metrics: _Specs = Field(
        default=tuple(map(Spec, ("pesq", "stoi", "si_sdr", "nsr"))), description="the first one ranks"
    )
    snr_definition: SnrDefinition = Field(
        default="active",
        description="speech level over active speech (ITU-T P.56), or rms over the whole file",
    )
    train_noises: _Specs | None = Field(
        default=None, description="the noise models of training; none: as `noises`"
    )
    train_snrs: Annotated[tuple[_Snr, _Snr], BeforeValidator(_read_numbers)] = Field(
        default=(-5.0, 15.0), description="range of the SNRs of training, dB"
    )
    bounds: bool = Field(
        default=False, description="add what no system can beat or should fall below: clean, oracle_mask, ..."
    )
    align: bool = Field(
        default=False, description="undo each system's constant delay before scoring; the table says so"
    )
    cost: bool = Field(
        default=False,
        description="measure what each system costs (MACs, memory, delay), alone on the machine",
    )
    allow_leakage: bool = Field(
        default=False, description="run although training and test share audio; the table says so"
    )
    limit: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="score on this many utterances, the same ones for everybody"
    )
    seed: Annotated[int, Field(ge=0)] = Field(
        default=0, description="decides every mixture and every training"
    )

    def __init__(self, **settings: Any) -> None:
        try:
            super().__init__(**settings)
        except ValidationError as error:
            raise BadSuite(_one_line(error, settings)) from None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.train_snrs[0] > self.train_snrs[1]:
            raise ValueError(f"train_snrs wants (lowest, highest), got {self.train_snrs}")
        return self

    @classmethod
    def from_toml(cls, path: Path, overrides: Mapping[str, Any] | None = None) -> Self:
        """Read a suite file, named after the file unless it says otherwise; `overrides` win.

        Raises:
            BadSuite: the file is missing, is not TOML, or has a wrong key or value.
        """
        try:
            settings = tomllib.loads(path.read_text())
        except FileNotFoundError:
            raise BadSuite(
                f"no suite file {path}; the ones that come along are in benchmarks/suites"
            ) from None
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise BadSuite(f"{path} is not a suite file: {error}") from None
        try:
            return cls(**{"name": path.stem, **settings, **(overrides or {})})
        except BadSuite as error:
            raise BadSuite(f"{path}: {error}") from None

    @property
    def key(self) -> str:
        """Return a digest of everything that can change a score."""
        text = json.dumps(self.scoring, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def scoring(self) -> dict[str, Any]:
        """Return the settings that can change a score, ready for JSON."""
        return self.model_dump(mode="json", exclude={"name", "cost"})


def _one_line(error: ValidationError, settings: Mapping[str, Any]) -> str:
    first = error.errors()[0]
    if not first["loc"]:
        return str(first["msg"]).removeprefix("Value error, ")
    name = str(first["loc"][0])
    if first["type"] == "extra_forbidden":
        return f"no suite setting {name!r}{did_you_mean(name, Suite.model_fields)}"
    return f"{name} = {settings[name]!r}: {first['msg'].lower()} ({Suite.model_fields[name].description})"
