"""Options of plugins: a factory's typed parameters, checked, spread into grids, and built."""

import inspect
import itertools
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic.fields import FieldInfo

from benchbox.errors import BadOption, BadPlugin, did_you_mean
from benchbox.hookspecs import INTERFACES
from benchbox.records import Spec
from benchbox.registry.discovery import SINGULAR, Registry
from benchbox.registry.references import normal

T = TypeVar("T")

_LARGEST_GRID = 1000


@dataclass(frozen=True)
class Option:
    """One option of a plugin, for people to read."""

    name: str
    type: str
    default: str
    description: str


def options_of(factory: Callable[..., Any]) -> list[Option]:
    """Return what a factory's typed parameters say of its options."""
    return [
        Option(
            name=name,
            type=_type_name(field),
            default="required" if field.is_required() else _written(field.default),
            description=field.description or "",
        )
        for name, field in _model(factory).model_fields.items()
    ]


def expand(interface: type, specs: Sequence[Spec], registry: Registry) -> list[Spec]:
    """Check specs against their plugins and spread each grid `a(x=[1,2])` into `a(x=1)`, `a(x=2)`.

    A list is a grid unless the option itself takes a list. Repeated specs are kept once, and so are repeated
    values of a grid. Each system of a grid with an alias is called by that and what it is varied by.

    Raises:
        UnknownName: no plugin of that name.
        BadOption: an option with a wrong name, type or range; or two specs say the same in other words.
    """
    expanded: dict[Spec, None] = {}
    meant: dict[str, tuple[int, Spec]] = {}
    for number, given in enumerate(specs):
        # One path is one plugin, however it is written.
        spec = replace(given, name=normal(given.name))
        factory = registry.find(kind_of(interface), spec.name).factory
        fields = _model(factory).model_fields
        choices = [
            value if isinstance(value, list) and not _takes_list(fields.get(name)) else [value]
            for name, value in spec.options.items()
        ]
        if (count := math.prod(map(len, choices))) > _LARGEST_GRID:
            raise BadOption(
                f"{spec.name}(...) stands for {count}, at most {_LARGEST_GRID}: shorten its lists"
            )
        varied = [name for name, values in zip(spec.options, choices, strict=True) if len(values) > 1]
        for values in itertools.product(*choices):
            options = dict(zip(spec.options, values, strict=True))
            alias = str(Spec(spec.alias, {name: options[name] for name in varied}))
            one = Spec(spec.name, options, alias if spec.alias else "")
            valid = _valid(factory, one)
            one = _with_relative_paths(one, valid)
            first, same = meant.setdefault(_meaning(one, valid), (number, one))
            if same.written != one.written and first != number:
                raise BadOption(f"{same.written} and {one.written} are the same: name one of them")
            expanded[same] = None
    return list(expanded)


def _meaning(spec: Spec, valid: Mapping[str, Any]) -> str:
    """Return the same text for specs that differ only in what they leave to defaults, or in 1 and 1.0."""
    values = {name: _relative(value) if isinstance(value, Path) else value for name, value in valid.items()}
    return f"{spec.name} {values!r}"


def _with_relative_paths(spec: Spec, valid: Mapping[str, Any]) -> Spec:
    """Return the spec with paths as they are seen from the working directory.

    The random stream of a mixture depends on the text of its noise: two ways to write one path are one noise.
    """
    paths = {name: _relative(valid[name]) for name in spec.options if isinstance(valid[name], Path)}
    return replace(spec, options={**spec.options, **paths})


def _relative(path: Path) -> str:
    try:
        path = path.expanduser()
    except RuntimeError:
        raise BadOption(f"{path}: there is no such home folder; write the path without ~") from None
    try:
        return Path(os.path.relpath(path)).as_posix() if path.is_absolute() else path.as_posix()
    except ValueError:  # another drive
        return path.as_posix()


def build(interface: type[T], spec: Spec, registry: Registry) -> T:
    """Return the plugin object a spec describes; `interface` is Denoiser, Noise, Metric, Corpus or below one.

    Raises:
        UnknownName, BadOption: as `expand`.
        BadPlugin: the factory fails, or does not build what its hook promises.
    """
    plugin = registry.find(kind_of(interface), spec.name)
    valid = _valid(plugin.factory, spec)
    built = plugin.make({name: _lying(valid[name], registry) for name in spec.options})
    if not isinstance(built, interface):
        raise BadPlugin(
            f"{SINGULAR[plugin.kind]} {spec.name!r} of {plugin.distribution} builds a "
            f"{type(built).__name__}, not a {interface.__name__} (see benchbox.interfaces)"
        )
    return built


def paths_in(interface: type, spec: Spec, registry: Registry) -> list[Path]:
    """Return the paths among the options that a spec gives."""
    valid = _valid(registry.find(kind_of(interface), spec.name).factory, spec)
    return [valid[name] for name in spec.options if isinstance(valid[name], Path)]


def _lying(value: Any, registry: Registry) -> Any:
    """Return where a path lies on this machine; any other value as it is."""
    return Path(registry.moved.get(str(value), value)) if isinstance(value, Path) else value


def kind_of(interface: type) -> str:
    """Return the kind of plugin that builds an interface: "denoisers" for Denoiser."""
    return next(kind for kind, built in INTERFACES.items() if issubclass(interface, built))


def _valid(factory: Callable[..., Any], spec: Spec) -> dict[str, Any]:
    """Return every option with the value that it is given or has by default."""
    model = _model(factory)
    for name in spec.options:
        if name not in model.model_fields:
            raise BadOption(
                f"{spec.name} has no option {name!r}{did_you_mean(name, model.model_fields)}"
                f" (`benchbox info {spec.name}` explains them)"
            )
    try:
        valid = model(**spec.options)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        if first["type"] == "missing":
            raise BadOption(f"{spec.name} needs {name}=...: write {spec.name}({name}=...)") from None
        problem = first["msg"][0].lower() + first["msg"][1:]
        raise BadOption(
            f"{spec.name}({name}={spec.options[name]!r}): {problem} (`benchbox info {spec.name}`)"
        ) from None
    return {name: getattr(valid, name) for name in model.model_fields}


@cache
def _model(factory: Callable[..., Any]) -> type[BaseModel]:
    """Build the pydantic model of a factory's parameters."""
    constructor = factory.__init__ if inspect.isclass(factory) else factory
    hints = get_type_hints(constructor, include_extras=True)
    fields: dict[str, Any] = {}
    for name, parameter in inspect.signature(factory).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise BadPlugin(
                f"{factory.__module__}.{factory.__name__}: *{name} cannot be an option; name each one"
            )
        default = ... if parameter.default is parameter.empty else parameter.default
        fields[name] = (hints.get(name, Any), default)
    # Plugins may call an option model_something; pydantic's own prefix is none of their business.
    config = ConfigDict(extra="forbid", arbitrary_types_allowed=True, protected_namespaces=())
    return create_model(factory.__name__, __config__=config, **fields)


def _written(value: Any) -> str:
    return "none" if value is None else repr(value)


_SYMBOLS = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}


def _takes_list(field: FieldInfo | None) -> bool:
    if field is None:
        return False
    candidates = [field.annotation, *get_args(field.annotation)]
    return any((get_origin(kind) or kind) in (list, tuple, Sequence) for kind in candidates)


def _type_name(field: FieldInfo) -> str:
    limits = [
        f"{symbol} {getattr(limit, bound)}"
        for limit in field.metadata
        for bound, symbol in _SYMBOLS.items()
        if hasattr(limit, bound)
    ]
    return f"{_spelled(field.annotation)} {', '.join(limits)}".strip()


def _spelled(kind: Any) -> str:
    arguments = get_args(kind)
    if get_origin(kind) is Literal:
        return " | ".join(repr(choice) for choice in arguments)
    if get_origin(kind) in (Union, UnionType):
        return " | ".join(map(_spelled, arguments))
    if kind is NoneType:
        return "none"
    name = getattr(kind, "__name__", str(kind))
    return f"{name}[{', '.join(map(_spelled, arguments))}]" if arguments else str(name)
