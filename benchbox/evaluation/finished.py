"""Find the estimate that another program made of a mixture, and make it as long as that."""

from benchbox.errors import BadAudio
from benchbox.evaluation.estimate import fit
from benchbox.interfaces import FinishedEstimates
from benchbox.records import Entry, Mixture, Samples


def look_up(denoiser: FinishedEstimates, mixture: Mixture, entry: Entry) -> tuple[Samples, int]:
    """Return an estimate as long as its mixture, and how much longer it was as found (negative: shorter).

    Raises:
        BadAudio: there is none, it cannot be read, or its length differs by more than may be padded.
    """
    found, wanted = denoiser.look_up(entry, mixture.sample_rate), len(mixture.noisy)
    surplus = len(found) - wanted
    most = round(denoiser.padding_seconds * mixture.sample_rate)
    if abs(surplus) > most:
        how = "longer" if surplus > 0 else "shorter"
        raise BadAudio(
            f"the estimate of {entry.id} has {len(found)} samples, {abs(surplus)} {how} than the {wanted} "
            f"it is of: up to {most} are padded with zeros or cut ({denoiser.padding_seconds * 1000:g} ms)"
        )
    return fit(found, wanted), surplus
