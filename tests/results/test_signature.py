import numpy as np

from benchbox.results.signature import same_audio, signature


def test_audio_is_itself_and_no_other() -> None:
    rng = np.random.default_rng(0)
    one, other = (rng.standard_normal(800).astype(np.float32) for _ in range(2))
    assert same_audio(signature(one, one), signature(one * np.float32(1 + 1e-7), one))
    assert not same_audio(signature(one, one), signature(other, one))
    assert same_audio(signature(one, one), None)


def test_what_is_no_signature_is_of_other_audio() -> None:
    silence = np.zeros(8, np.float32)
    assert not same_audio("nothing that was written", signature(silence, silence))
    assert not same_audio("", signature(silence, silence))
