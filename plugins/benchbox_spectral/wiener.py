"""The Wiener filter."""

from benchbox_spectral.decision_directed import DecisionDirected, PriorFloorDb, Smoothing, Vector
from benchbox_spectral.filtering import Live, SpectralDenoiser, WindowMs


class Wiener(SpectralDenoiser):
    """Minimise the mean square error of the spectrum: gain xi / (1 + xi), xi the decision-directed prior SNR.

    Scalart and Filho, "Speech Enhancement Based on a Priori Signal to Noise Estimation" (ICASSP 1996).
    """

    def __init__(
        self,
        smoothing: Smoothing = 0.95,
        prior_floor_db: PriorFloorDb = -15.0,
        window_ms: WindowMs = 32.0,
        live: Live = False,
    ) -> None:
        super().__init__(window_ms, live=live)
        self.smoothing = smoothing
        self.prior_floor_db = prior_floor_db

    def frame_gain(self) -> DecisionDirected:
        return DecisionDirected(_gain, self.smoothing, self.prior_floor_db)


def _gain(prior: Vector, posterior: Vector) -> Vector:
    return prior / (1 + prior)
