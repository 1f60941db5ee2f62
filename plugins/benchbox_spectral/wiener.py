"""The Wiener filter."""

from benchbox_spectral.decision_directed import PriorFloorDb, Smoothing, Vector, decision_directed
from benchbox_spectral.filtering import Grid, SpectralDenoiser, WindowMs


class Wiener(SpectralDenoiser):
    """Minimise the mean square error of the spectrum: gain xi / (1 + xi), xi the decision-directed prior SNR.

    Scalart and Filho, "Speech Enhancement Based on a Priori Signal to Noise Estimation" (ICASSP 1996).
    """

    def __init__(
        self, smoothing: Smoothing = 0.95, prior_floor_db: PriorFloorDb = -15.0, window_ms: WindowMs = 32.0
    ) -> None:
        super().__init__(window_ms)
        self.smoothing = smoothing
        self.prior_floor_db = prior_floor_db

    def gain(self, power: Grid, noise: Grid) -> Grid:
        return decision_directed(_gain, power, noise, self.smoothing, self.prior_floor_db)


def _gain(prior: Vector, posterior: Vector) -> Vector:
    return prior / (1 + prior)
