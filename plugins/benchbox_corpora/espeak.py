"""Text to speech through the espeak-ng library that the `espeakng-loader` wheel ships.

espeak-ng is GPL-3. It is no part of benchbox: the wheel is installed beside it and its library is loaded
at run time by this module alone.
"""

import _ctypes
import ctypes
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchbox.errors import BadCorpus
from benchbox.records import Samples

# From speak_lib.h.
_SYNCHRONOUS = 2
_DONT_EXIT = 0x8000
_POSITION_IN_CHARACTERS = 1
_TEXT_IS_UTF8 = 1
_RATE, _PITCH, _RANGE = 1, 3, 4
_DELIVER = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)

_LONGEST_DATA_PATH = 150
"""espeak-ng keeps the path of its voices in 160 bytes."""

_one_voice_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Voice:
    """How a text is spoken."""

    name: str
    """Accent and variant, such as `en-gb-scotland+f2`."""
    words_per_minute: int
    pitch: int
    """0..99 within the variant's range of voice pitch."""
    pitch_range: int
    """0..99, 0 is monotone."""


def synthesise(text: str, voice: Voice) -> tuple[Samples, int]:
    """Return (samples, sample rate), the same for the same text and voice whatever was spoken before.

    Raises:
        BadCorpus: the library cannot be loaded or has no such voice.
    """
    spoken: list[np.ndarray] = []

    def deliver(wave: "ctypes._Pointer[ctypes.c_short]", length: int, _events: int | None) -> int:
        if wave and length > 0:
            spoken.append(np.ctypeslib.as_array(wave, (length,)).copy())
        return 0

    with _one_voice_at_a_time, _fresh_library() as (library, sample_rate):
        callback = _DELIVER(deliver)  # must outlive the synthesis
        library.espeak_SetSynthCallback(callback)
        if library.espeak_SetVoiceByName(voice.name.encode()) != 0:
            raise BadCorpus(f"espeak-ng has no voice {voice.name!r}: reinstall the espeakng-loader package")
        library.espeak_SetParameter(_RATE, voice.words_per_minute, 0)
        library.espeak_SetParameter(_PITCH, voice.pitch, 0)
        library.espeak_SetParameter(_RANGE, voice.pitch_range, 0)
        encoded = text.encode()
        library.espeak_Synth(
            encoded,
            ctypes.c_size_t(len(encoded) + 1),
            0,
            _POSITION_IN_CHARACTERS,
            0,
            _TEXT_IS_UTF8,
            None,
            None,
        )
    return np.concatenate(spoken).astype(np.float32) / np.float32(32768), sample_rate


@contextmanager
def _fresh_library() -> Iterator[tuple[ctypes.CDLL, int]]:
    """Load the library, and unload it afterwards.

    Flutter, glottal phase and breath live in its static variables and outlast even espeak_Terminate: a
    library that has spoken before speaks differently. Loading it anew costs 3 ms.
    """
    with ExitStack() as stack:
        try:
            import espeakng_loader

            library = ctypes.CDLL(espeakng_loader.get_library_path())
            data_path = Path(espeakng_loader.get_data_path())
        except (ImportError, OSError, RuntimeError) as error:
            reason = " ".join(str(error).split())
            raise BadCorpus(
                f"the espeak-ng library cannot be loaded ({reason}): reinstall the espeakng-loader package, "
                "or use real speech with --corpus 'folder(path=...)'"
            ) from None
        try:
            if len(str(data_path)) > _LONGEST_DATA_PATH:
                folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="benchbox-"))
                short = Path(folder, "data")
                short.symlink_to(data_path, target_is_directory=True)
                data_path = short
            sample_rate = library.espeak_Initialize(_SYNCHRONOUS, 0, str(data_path).encode(), _DONT_EXIT)
            if sample_rate <= 0:
                raise BadCorpus(f"espeak-ng cannot read its voices in {data_path}: reinstall espeakng-loader")
            # Some voices breathe noise, which starts from the clock unless told otherwise.
            library.espeak_ng_SetRandSeed(ctypes.c_long(1))
            yield library, sample_rate
            library.espeak_Terminate()
        finally:
            _unload(library)


def _unload(library: ctypes.CDLL) -> None:
    if sys.platform == "win32":
        _ctypes.FreeLibrary(library._handle)
    else:
        _ctypes.dlclose(library._handle)
