"""A kind and a name -> the files of a plugin package that installs, passes its tests and runs as it is."""

from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Literal

from benchbox.errors import BadOption
from benchbox.registry.discovery import SINGULAR, Registry

Kind = Literal["denoiser", "noise", "metric", "corpus"]

_SENTENCES = {
    "denoiser": "A denoiser: spectral subtraction in ten lines.",
    "trainable": "A denoiser that learns: a mask from a small convolutional network.",
    "noise": "A noise: impulses at random times.",
    "metric": "A metric: the largest error of a sample.",
    "corpus": "A corpus: sung vowels.",
}
_CONTRACTS = {
    "denoiser": "DenoiserContract",
    "trainable": "TrainableContract",
    "noise": "NoiseContract",
    "metric": "MetricContract",
    "corpus": "CorpusContract",
}


def package(kind: Kind, name: str, *, trainable: bool, registry: Registry) -> dict[str, str]:
    """Return path -> text of a package that registers `name`.

    Raises:
        BadOption: the name is none for a plugin, or is taken; only denoisers learn.
    """
    plural = next(plural for plural, singular in SINGULAR.items() if singular == kind)
    _check(kind, name, plural, trainable, registry)
    module = f"benchbox_{name}"
    template = "trainable" if trainable else kind
    needs = ["benchbox-speech", "numpy", "pydantic", *(["safetensors", "torch"] if trainable else [])]
    if kind in ("metric", "corpus"):
        needs.remove("pydantic")
    suite = {"denoisers": "spectral_sub", "corpus": "spoken", "noises": "white", "metrics": "pesq,si_sdr"}
    suite[plural] = f"{name},spectral_sub" if kind == "denoiser" else name
    flag = plural if kind != "corpus" else "corpus"
    suite[flag] = suite[plural]
    compared = "" if kind == "denoiser" else "--denoisers spectral_sub,log_mmse "
    words = {
        "kind": kind,
        "name": name,
        "plural": plural,
        "module": module,
        "title": "".join(part.capitalize() for part in name.split("_")),
        "distribution": module.replace("_", "-"),
        "sentence": _SENTENCES[template],
        "contract": _CONTRACTS[template],
        "example": f"{name}(steps=5)" if trainable else name,
        "dependencies": ", ".join(f'"{need}"' for need in needs),
        "command": f"benchbox run {compared}--{flag} {suite[flag]}",
        "corpus": suite["corpus"],
        **{part: _quoted(suite[part]) for part in ("denoisers", "noises", "metrics")},
    }
    written = {
        "pyproject.toml": "pyproject.toml",
        "README.md": "README.md",
        "gate.toml": "gate.toml",
        ".github/workflows/ci.yml": "ci.yml",
        f"{module}/__init__.py": "__init__.py",
        f"{module}/{name}.py": f"{template}.py",
        f"tests/test_{name}.py": "test.py",
        **({f"{module}/network.py": "network.py"} if trainable else {}),
    }
    return {path: _filled(source, words) for path, source in written.items()} | {
        ".gitignore": "__pycache__/\n*.egg-info/\n.venv/\nruns/\n"
    }


def write(texts: dict[str, str], folder: Path) -> None:
    """Write the files of a package into a folder that is not there yet, or empty.

    Raises:
        BadOption: something lies there.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadOption(f"{folder} exists and is not empty: choose another --output")
    for path, text in texts.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def _check(kind: str, name: str, plural: str, trainable: bool, registry: Registry) -> None:
    if trainable and kind != "denoiser":
        raise BadOption(f"a {kind} does not learn; valid: benchbox new denoiser {name} --trainable")
    if not (name.isidentifier() and name.isascii() and name == name.lower() and name[0] != "_"):
        proper = "_".join(filter(None, "".join(c if c.isalnum() else "_" for c in name.lower()).split("_")))
        hint = f", such as {proper}" if proper.isidentifier() else ""
        raise BadOption(f"{name!r} is no name for a plugin: wants lowercase letters, digits and _{hint}")
    if holder := registry.plugins[plural].get(name):
        raise BadOption(f"{name} is a {kind} of {holder.distribution} already: choose another name")


def _quoted(names: str) -> str:
    return ", ".join(f'"{name}"' for name in names.split(","))


def _filled(source: str, words: dict[str, str]) -> str:
    text = files("benchbox.scaffold").joinpath("templates", f"{source}.txt").read_text(encoding="utf-8")
    return Template(text).substitute(words)
