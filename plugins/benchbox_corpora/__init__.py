"""Clean speech: minds14 from the hub or from disk, any folder of audio, and an embedded synthetic corpus."""

from benchbox.hookspecs import Register, hookimpl


@hookimpl
def register_corpora(register: Register) -> None:
    from benchbox_corpora.folder import Folder
    from benchbox_corpora.minds14 import Minds14
    from benchbox_corpora.spoken import Spoken

    register("folder", Folder)
    register("minds14", Minds14)
    register("spoken", Spoken)
