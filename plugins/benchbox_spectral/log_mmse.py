"""The log-spectral amplitude estimator."""

import numpy as np

from benchbox_spectral.decision_directed import DecisionDirected, PriorFloorDb, Smoothing, Vector
from benchbox_spectral.filtering import Live, SpectralDenoiser, WindowMs


class LogMmse(SpectralDenoiser):
    """Minimise the mean square error of the log amplitude.

    Ephraim and Malah, "Speech Enhancement Using a Minimum Mean-Square Error Log-Spectral Amplitude Estimator"
    (TASSP 1985), eq. 20, with the decision-directed prior SNR.
    """

    def __init__(
        self,
        smoothing: Smoothing = 0.97,
        prior_floor_db: PriorFloorDb = -25.0,
        window_ms: WindowMs = 32.0,
        live: Live = False,
    ) -> None:
        super().__init__(window_ms, live=live)
        self.smoothing = smoothing
        self.prior_floor_db = prior_floor_db

    def frame_gain(self) -> DecisionDirected:
        return DecisionDirected(log_amplitude_gain, self.smoothing, self.prior_floor_db)


def log_amplitude_gain(prior: Vector, posterior: Vector) -> Vector:
    """Return the gain for the SNRs that the noise and the frame give [frequency]; eq. 20."""
    from scipy.special import exp1

    wiener = prior / (1 + prior)
    # E1 grows without bound where the posterior vanishes, and with it the gain.
    gain: Vector = wiener * np.exp(0.5 * exp1(np.maximum(wiener * posterior, 1e-8)))
    return np.minimum(gain, 1)
