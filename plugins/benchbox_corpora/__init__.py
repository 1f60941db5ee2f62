"""Clean speech from the hub, from folders, or made here; pairs and recordings as people have them."""

from benchbox.hookspecs import Register, hookimpl


@hookimpl
def register_corpora(register: Register) -> None:
    from benchbox_corpora.folder import Folder
    from benchbox_corpora.minds14 import Minds14
    from benchbox_corpora.onesided import Estimates, Recordings, References
    from benchbox_corpora.paired import Paired
    from benchbox_corpora.spoken import Spoken
    from benchbox_corpora.voicebank import VoiceBankDemand

    register("estimates", Estimates)
    register("folder", Folder)
    register("minds14", Minds14)
    register("paired", Paired)
    register("recordings", Recordings)
    register("references", References)
    register("spoken", Spoken)
    register("voicebank_demand", VoiceBankDemand)


@hookimpl
def register_denoisers(register: Register) -> None:
    from benchbox_corpora.enhanced import Enhanced

    register("enhanced", Enhanced)
