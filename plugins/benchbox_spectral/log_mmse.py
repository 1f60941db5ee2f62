"""The log-spectral amplitude estimator."""

import numpy as np

from benchbox_spectral.decision_directed import PriorFloorDb, Smoothing, Vector, decision_directed
from benchbox_spectral.filtering import Grid, SpectralDenoiser, WindowMs


class LogMmse(SpectralDenoiser):
    """Minimise the mean square error of the log amplitude.

    Ephraim and Malah, "Speech Enhancement Using a Minimum Mean-Square Error Log-Spectral Amplitude Estimator"
    (TASSP 1985), eq. 20, with the decision-directed prior SNR.
    """

    def __init__(
        self, smoothing: Smoothing = 0.97, prior_floor_db: PriorFloorDb = -25.0, window_ms: WindowMs = 32.0
    ) -> None:
        super().__init__(window_ms)
        self.smoothing = smoothing
        self.prior_floor_db = prior_floor_db

    def gain(self, power: Grid, noise: Grid) -> Grid:
        return decision_directed(_gain, power, noise, self.smoothing, self.prior_floor_db)


def _gain(prior: Vector, posterior: Vector) -> Vector:
    from scipy.special import exp1

    wiener = prior / (1 + prior)
    # E1 grows without bound where the posterior vanishes, and with it the gain.
    gain: Vector = wiener * np.exp(0.5 * exp1(np.maximum(wiener * posterior, 1e-8)))
    return np.minimum(gain, 1)
