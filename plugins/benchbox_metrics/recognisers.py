"""Speech recognisers that run here: 16 kHz audio -> words."""

from functools import cache, lru_cache
from hashlib import file_digest, sha256
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np

from benchbox.errors import BadOption, MissingExtra
from benchbox.records import Samples

Name: TypeAlias = Literal["pocketsphinx", "faster-whisper", "transformers"]

RATE = 16000
_PACKAGES: dict[Name, str] = {
    "pocketsphinx": "pocketsphinx",
    "faster-whisper": "faster_whisper",
    "transformers": "transformers",
}


class Recogniser(Protocol):
    """Hears words."""

    def read(self, speech: Samples) -> str:
        """Return what is said in 16 kHz audio, "" where nothing is heard."""


def check_recogniser(name: Name, model: Path | None) -> None:
    """Check that a recogniser can be had.

    Raises:
        MissingExtra: its package is not installed.
        BadOption: it needs the folder of a model, and there is none.
    """
    for package, install in ((_PACKAGES[name], name), ("jiwer", "jiwer")):
        if find_spec(package) is None:
            extra = (
                "pip install 'benchbox-speech[asr]'" if name == "pocketsphinx" else f"pip install {install}"
            )
            raise MissingExtra(f"wer needs the package {install}: {extra}")
    if name != "pocketsphinx" and (model is None or not model.is_dir()):
        found = "none is given" if model is None else f"{model} is none"
        raise BadOption(
            f"wer(recogniser={name!r}) wants model=..., the local folder of a Whisper model: {found}; "
            "nothing is downloaded"
        )


def recogniser_identity(name: Name, model: Path | None) -> dict[str, str]:
    """Say which recogniser reads, and with what."""
    identity = {"library": f"{name} {version(name)}"}
    if model is not None:
        digest = sha256()
        for file in sorted(model.rglob("*")):
            if file.is_file():
                state = file.stat()
                content = _content(file.resolve(), state.st_mtime_ns, state.st_size)
                digest.update(f"{file.relative_to(model).as_posix()} {content}\n".encode())
        identity["model"] = digest.hexdigest()[:16]
    return identity


@lru_cache(maxsize=256)
def _content(file: Path, modified: int, size: int) -> str:
    """Return the digest of a file's bytes, read again only where it changed: weights are large."""
    with file.open("rb") as content:
        return file_digest(content, "sha256").hexdigest()


@cache
def recogniser(name: Name, model: Path | None) -> Recogniser:
    """Return a recogniser, loaded once a process."""
    if name == "pocketsphinx":
        return _PocketSphinx()
    return _FasterWhisper(str(model)) if name == "faster-whisper" else _Transformers(str(model))


class _PocketSphinx:
    """CMU's recogniser with the US English model that its wheel ships."""

    def __init__(self) -> None:
        sphinx = import_module("pocketsphinx")
        # The mean of each clip, not of those before it.
        self._decoder = sphinx.Decoder(samprate=RATE, cmn="batch", loglevel="FATAL")

    def read(self, speech: Samples) -> str:
        whole = np.clip(np.round(speech * 32768), -32768, 32767).astype("<i2").tobytes()
        self._decoder.reinit_feat()  # or what it read before would change what it reads now
        self._decoder.start_utt()
        self._decoder.process_raw(whole, no_search=False, full_utt=True)
        self._decoder.end_utt()
        found = self._decoder.hyp()
        return found.hypstr if found else ""


class _FasterWhisper:
    def __init__(self, model: str) -> None:
        whisper = import_module("faster_whisper")
        self._model = whisper.WhisperModel(model, device="cpu", compute_type="float32", cpu_threads=1)

    def read(self, speech: Samples) -> str:
        segments, _ = self._model.transcribe(speech, beam_size=5, temperature=0.0)
        return " ".join(segment.text for segment in segments)


class _Transformers:
    def __init__(self, model: str) -> None:
        transformers: Any = import_module("transformers")
        self._read = transformers.pipeline("automatic-speech-recognition", model=model, device="cpu")

    def read(self, speech: Samples) -> str:
        return str(self._read({"raw": speech.copy(), "sampling_rate": RATE})["text"])
