"""Suite: what to run. From Python, from a TOML file, with command-line flags on top."""

import hashlib
import json
import re
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
from benchbox.plan.settings import SETTINGS
from benchbox.records import SnrDefinition, Spec
from benchbox.registry.specs import parse_spec, parse_specs

_LARGEST = 2**20
"""Bytes of a suite file: a device that never ends is none."""


def _read_specs(value: Any, *, aliases: bool = False) -> Any:
    if isinstance(value, str | Spec):
        value = [value]
    if not isinstance(value, Sequence):
        return value
    return tuple(
        spec
        for item in value
        for spec in (parse_specs(item, aliases=aliases) if isinstance(item, str) else [item])
    )


def _read_systems(value: Any) -> Any:
    return _read_specs(value, aliases=True)


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
_Systems = Annotated[
    tuple[Spec, ...],
    BeforeValidator(_read_systems),
    PlainSerializer(lambda specs: [spec.written for spec in specs]),
    Field(min_length=1),
]
_Snr = Annotated[float, Field(ge=-60, le=100, allow_inf_nan=False)]


def _setting(name: str) -> Any:
    setting = SETTINGS[name]
    return Field(default=setting.default, description=setting.description)


class Suite(BaseModel):
    """Who is compared, on what, by which measures. Specs are written as text: `vqunet(channels=32)`.

    `SETTINGS` describes each field and holds its default.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    name: str = _setting("name")
    denoisers: _Systems = _setting("denoisers")
    corpus: _Spec = _setting("corpus")
    noises: _Specs = _setting("noises")
    snrs: Annotated[tuple[_Snr, ...], BeforeValidator(_read_numbers), Field(min_length=1)] = _setting("snrs")
    metrics: _Specs = _setting("metrics")
    snr_definition: SnrDefinition = _setting("snr_definition")
    train_noises: _Specs | None = _setting("train_noises")
    train_snrs: Annotated[tuple[_Snr, _Snr], BeforeValidator(_read_numbers)] = _setting("train_snrs")
    bounds: bool = _setting("bounds")
    align: bool = _setting("align")
    cost: bool = _setting("cost")
    allow_leakage: bool = _setting("allow_leakage")
    limit: Annotated[int, Field(ge=1)] | None = _setting("limit")
    seed: Annotated[int, Field(ge=0)] = _setting("seed")

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
            with path.open("rb") as file:
                content = file.read(_LARGEST + 1)
            if len(content) > _LARGEST:
                raise BadSuite(f"{path} is not a suite file: it holds more than {_LARGEST} bytes")
            settings = tomllib.loads(content.decode())
        except FileNotFoundError:
            raise BadSuite(f"no suite file {path}; {_instead_of(path)}") from None
        except IsADirectoryError:
            raise BadSuite(f"{path} is a folder, not a suite file; {_in_folder(path)}") from None
        except (OSError, UnicodeDecodeError, RecursionError, tomllib.TOMLDecodeError) as error:
            raise BadSuite(f"{path} is not a suite file: {error}") from None
        try:
            return cls(**{"name": slug(path.stem), **settings, **(overrides or {})})
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
        settings = self.model_dump(mode="json", exclude={"name", "cost"})
        return {**settings, "denoisers": [str(spec) for spec in self.denoisers]}


def slug(name: str) -> str:
    """Return a name that is safe as a folder's: letters, digits, ".", "_" and "-", 64 at most."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:64].rstrip("-.") or SETTINGS["name"].shown


def _instead_of(path: Path) -> str:
    """Say what to write in place of a file that is not there."""
    if path.suffix or path.parent != Path():
        return "those that come along are in benchmarks/suites"
    return f"to run a denoiser of that name: --denoisers {path}"


def _in_folder(path: Path) -> str:
    """Say what to write in place of a folder."""
    if (path / "manifest.json").is_file():
        return f"it holds a run: `benchbox leaderboard {path}` shows it"
    if suites := sorted(path.glob("*.toml")):
        return f"suites in it: {', '.join(str(suite) for suite in suites[:5])}"
    return f"to score on recordings in it: --corpus 'folder(path={path})'"


def _one_line(error: ValidationError, settings: Mapping[str, Any]) -> str:
    first = error.errors()[0]
    if not first["loc"]:
        return str(first["msg"]).removeprefix("Value error, ")
    name = str(first["loc"][0])
    if first["type"] == "extra_forbidden":
        return f"no suite setting {name!r}{did_you_mean(name, Suite.model_fields)}"
    return f"{name} = {settings[name]!r}: {first['msg'].lower()} ({Suite.model_fields[name].description})"
