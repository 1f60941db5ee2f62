"""Whatever a plugin does with a clip, its rows say it."""

import pytest

from tests.fakes import rows, run_here, shards, suite

pytestmark = pytest.mark.usefixtures("fakes")


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("raises", "denoiser: RuntimeError: it broke"),
        ("nan", "denoiser: returned NaN or infinite samples; wants finite float32 in [-1, 1]"),
        ("short", "denoiser: returned 15999 samples for 16000; wants as many as it was given"),
        ("nothing", "denoiser: returned NoneType; wants float32 in [-1, 1]"),
        ("text", "denoiser: returned <U1; wants float32 in [-1, 1]"),
        ("integers", "denoiser: returned int16; wants float32 in [-1, 1]"),
        ("stereo", "denoiser: returned 2 dimensions, [2, 16000]; wants one, [16000]: mono"),
    ],
)
def test_a_denoiser_that_breaks_its_contract_is_failed_rows_with_the_reason(how: str, reason: str) -> None:
    run = run_here(suite(denoisers=f"wrong(how={how}),half"), "out")
    wrong = rows(run, f'wrong(how="{how}")')
    assert len(wrong) == 8 * 2 * 2
    assert set(wrong["status"]) == {"error"}
    assert wrong["value"].isna().all()
    assert all(failure.startswith(reason) and "\n" not in failure for failure in wrong["failure"])
    assert set(rows(run, "half")["status"]) == {"ok"}


def test_a_denoiser_that_works_in_place_spoils_nothing_for_the_others() -> None:
    alone = run_here(suite(denoisers="half"), "alone")
    beside = run_here(suite(denoisers="spoils,half"), "beside")
    assert list(rows(alone, "half")["value"]) == list(rows(beside, "half")["value"])


def test_a_clip_that_cannot_be_scored_is_rows_with_the_reason_and_final() -> None:
    run = run_here(suite(corpus="holey"), "out")
    failed = run.scores[run.scores["status"] != "ok"]
    assert len(run.scores) == 2 * 8 * 2 * 2
    assert set(failed["status"]) == {"unscorable"}
    reasons = failed.groupby("utterance")["failure"].unique()
    assert list(reasons["test-3"]) == ["test-3.wav is truncated"]
    assert "silent" in reasons["test-5"][0]
    before = shards(run)
    assert shards(run_here(suite(corpus="holey"), "out")) == before


@pytest.mark.parametrize("samples", [0, 7, 160])
def test_delay_gain_and_polarity_are_told_and_a_delay_is_undone_only_on_request(samples: int) -> None:
    spec = f"late(samples={samples})"
    plain = run_here(suite(denoisers=spec, snrs="10"), "plain")
    aligned = run_here(suite(denoisers=spec, snrs="10", align=True), "aligned")
    for run in (plain, aligned):
        late = rows(run, spec)
        assert set(late["delay_samples"]) == {samples}
        assert set(late["polarity"]) == {-1}
        assert late["gain_db"].to_numpy() == pytest.approx(-20, abs=0.5)
    noisy, mangled, undone = (
        part.loc[part["measure"] == "si_sdr", "value"].mean()
        for part in (rows(plain, "noisy"), rows(plain, spec), rows(aligned, spec))
    )
    # Not equal: what the delay pushed out of the clip's end is lost.
    assert undone == pytest.approx(noisy, abs=1)
    if samples:
        assert mangled < noisy - 3
    assert any("constant delay was undone" in note for note in aligned.leaderboard().table.notes)
    assert not any("delay was undone" in note for note in plain.leaderboard().table.notes)
