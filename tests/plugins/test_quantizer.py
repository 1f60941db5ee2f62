"""The quantiser's gradients (PAPER.md), its two layouts, and how its codebook moves."""

import numpy as np
import pytest
import torch
from benchbox_unets.quantizer import VectorQuantizer
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

SHAPES = st.tuples(st.integers(1, 3), st.just(4), st.integers(1, 3), st.integers(1, 5))
"""[batch, channel, frequency, frame] for codes of 4 numbers."""
LAYOUTS = st.sampled_from(["position", "flattened"])
UPDATES = st.sampled_from(["ema", "gradient"])
SEEDS = st.integers(0, 2**16)
BETAS = st.floats(0.01, 4.0)


def make(seed: int, *, beta: float = 0.25, codes: int = 6, **options: object) -> VectorQuantizer:
    torch.manual_seed(seed)
    return VectorQuantizer(codes, 4, beta, **options).double().eval()  # type: ignore[arg-type]


def draw(seed: int, shape: tuple[int, ...]) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64).requires_grad_()


def gradient(loss: Tensor, at: Tensor) -> Tensor:
    (found,) = torch.autograd.grad(loss, at, allow_unused=True)
    return torch.zeros_like(at) if found is None else found


@given(seed=SEEDS, shape=SHAPES, layout=LAYOUTS, update=UPDATES)
def test_the_decoders_gradient_arrives_unchanged_at_the_encoder(
    seed: int, shape: tuple[int, ...], layout: str, update: str
) -> None:
    encoded = draw(seed, shape)
    weights = draw(seed + 1, shape).detach()
    latent = make(seed, layout=layout, update=update)(encoded).latent
    # d(sum w z_q) / d z_q is w.
    torch.testing.assert_close(gradient((weights * latent).sum(), encoded), weights)


@given(seed=SEEDS, shape=SHAPES, layout=LAYOUTS, beta=BETAS)
def test_the_codebook_learns_from_the_codebook_term_only(
    seed: int, shape: tuple[int, ...], layout: str, beta: float
) -> None:
    quantizer = make(seed, beta=beta, layout=layout, update="gradient")
    quantized = quantizer(draw(seed, shape))
    assert not gradient(quantized.latent.square().sum(), quantizer.codebook).any()

    quantized = quantizer(draw(seed, shape))
    vectors, codes = by_code(quantizer, draw(seed, shape))
    # Of the mean of |sg(z_e) - e|^2, whatever beta is.
    expected = np.zeros((6, 4))
    for vector, code in zip(vectors, codes, strict=True):
        expected[code] += 2 * (quantizer.codebook.detach().numpy()[code] - vector) / vectors.size
    found = gradient(quantized.loss, quantizer.codebook).numpy()
    np.testing.assert_allclose(found, expected, atol=1e-12)


@given(seed=SEEDS, shape=SHAPES, layout=LAYOUTS)
def test_a_codebook_of_moving_averages_gets_no_gradient(
    seed: int, shape: tuple[int, ...], layout: str
) -> None:
    quantizer = make(seed, layout=layout, update="ema")
    assert not list(quantizer.parameters())
    assert not quantizer.codebook.requires_grad
    encoded = draw(seed, shape)
    quantized = quantizer(encoded)
    # All that is left of the loss is the commitment term.
    vectors, codes = by_code(quantizer, encoded)
    distance = np.mean((vectors - quantizer.codebook.numpy()[codes]) ** 2)
    assert quantized.loss.item() == pytest.approx(0.25 * distance)


@given(seed=SEEDS, shape=SHAPES, layout=LAYOUTS, update=UPDATES, beta=BETAS)
def test_commitment_moves_the_encoder_towards_its_code_with_weight_beta(
    seed: int, shape: tuple[int, ...], layout: str, update: str, beta: float
) -> None:
    quantizer = make(seed, beta=beta, layout=layout, update=update)
    encoded = draw(seed, shape)
    quantized = quantizer(encoded)
    # Of beta times the mean of |z_e - sg(e)|^2; in value the latent is e.
    expected = beta * 2 * (encoded - quantized.latent).detach() / padded_size(encoded, layout)
    torch.testing.assert_close(gradient(quantized.loss, encoded), expected)


@given(seed=SEEDS, shape=SHAPES, beta=BETAS)
def test_swapped_weights_put_beta_on_the_codebook_term(
    seed: int, shape: tuple[int, ...], beta: float
) -> None:
    encoded = draw(seed, shape)
    plain = make(seed, beta=beta, update="gradient")
    swapped = make(seed, beta=beta, update="gradient", swapped=True)
    ours, theirs = plain(encoded).loss, swapped(encoded).loss
    torch.testing.assert_close(
        gradient(theirs, swapped.codebook), beta * gradient(plain(encoded).loss, plain.codebook)
    )
    torch.testing.assert_close(
        beta * gradient(swapped(encoded).loss, encoded), gradient(plain(encoded).loss, encoded)
    )
    assert ours.item() == pytest.approx(theirs.item())


@given(seed=SEEDS, shape=SHAPES)
def test_every_position_becomes_its_nearest_code(seed: int, shape: tuple[int, ...]) -> None:
    quantizer = make(seed)
    encoded = draw(seed, shape).detach()
    latent = quantizer(encoded).latent.numpy()
    codebook = quantizer.codebook.numpy()
    for index in np.ndindex(shape[0], shape[2], shape[3]):
        batch, frequency, frame = index
        vector = encoded[batch, :, frequency, frame].numpy()
        nearest = codebook[np.argmin(np.linalg.norm(codebook - vector, axis=1))]
        np.testing.assert_allclose(latent[batch, :, frequency, frame], nearest, atol=1e-12)


def test_flattened_codes_cover_runs_of_one_channel() -> None:
    quantizer = make(0, layout="flattened")
    encoded = draw(0, (1, 2, 1, 8)).detach()
    quantized = quantizer(encoded)
    assert quantized.indices.shape == (4,)
    first = quantizer.codebook[quantized.indices[0]]
    torch.testing.assert_close(quantized.latent[0, 0, 0, :4], first)


def test_activations_that_do_not_fill_the_last_run_keep_their_shape() -> None:
    encoded = draw(0, (1, 3, 1, 5))
    assert make(0, layout="flattened")(encoded).latent.shape == encoded.shape


def test_moving_averages_take_each_code_to_the_mean_of_its_vectors() -> None:
    quantizer = make(0, codes=2).train()
    cluster = torch.tensor([[0.0, 0, 0, 0], [1, 1, 1, 1]], dtype=torch.float64)
    noise = 0.1 * torch.randn(2, 4, 50, 1, dtype=torch.float64)
    encoded = cluster[:, :, None, None] + noise
    for _ in range(300):
        quantizer(encoded)
    order = quantizer.codebook.sum(1).argsort()
    torch.testing.assert_close(quantizer.codebook[order], encoded.mean((2, 3)), rtol=0, atol=1e-3)


def test_a_codebook_far_from_all_data_comes_to_be_used() -> None:
    quantizer = make(0, codes=32).train()
    encoded = 100 + draw(1, (4, 4, 8, 8)).detach()
    for _ in range(30):
        quantizer(encoded)
    facts = quantizer.facts()
    assert facts["codebook_usage"] > 0.9
    assert facts["perplexity"] > 16


def test_dead_codes_are_revived() -> None:
    quantizer = make(0, codes=16).train()
    quantizer(draw(1, (4, 4, 8, 8)).detach())
    moved = 50 + draw(2, (4, 4, 8, 8)).detach()  # the encoder has gone elsewhere
    for _ in range(300):
        quantizer(moved)
    assert quantizer.facts()["codebook_usage"] == 1
    assert quantizer.codebook.min() > 40


def test_perplexity_counts_the_codes_that_do_the_work() -> None:
    quantizer = make(0, codes=8)
    quantizer.counts.copy_(torch.tensor([5.0, 5, 5, 5, 0, 0, 0, 0]))
    assert quantizer.facts()["perplexity"] == pytest.approx(4)
    assert quantizer.facts()["codebook_usage"] == 0.5


def test_use_does_not_move_the_codebook() -> None:
    quantizer = make(0)
    before = {name: value.clone() for name, value in quantizer.state_dict().items()}
    quantizer(draw(0, (2, 4, 3, 3)))
    for name, value in quantizer.state_dict().items():
        assert torch.equal(value, before[name])


def by_code(quantizer: VectorQuantizer, encoded: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Return (vectors, the number of each one's nearest code), computed without the quantiser."""
    values = encoded.detach().numpy()
    if quantizer.layout == "position":
        vectors = values.transpose(0, 2, 3, 1).reshape(-1, 4)
    else:
        vectors = np.pad(values.ravel(), (0, -values.size % 4)).reshape(-1, 4)
    codebook = quantizer.codebook.detach().numpy()
    return vectors, np.linalg.norm(vectors[:, None] - codebook, axis=2).argmin(1)


def padded_size(encoded: Tensor, layout: str) -> int:
    size = encoded.numel()
    return size if layout == "position" else size + -size % 4
