"""Plugins that misbehave: what each `how` does is one function or branch in the modules beside this one."""

from benchbox.hookspecs import hookimpl


@hookimpl
def register_denoisers(register):
    from benchbox_broken.denoisers import Bad, BadConstructor, Half

    register("bad", Bad)
    register("bad_constructor", BadConstructor)
    register("half", Half)


@hookimpl
def register_noises(register):
    from benchbox_broken.noises import BadDegradation, BadNoise

    register("bad_noise", BadNoise)
    register("bad_degradation", BadDegradation)


@hookimpl
def register_metrics(register):
    from benchbox_broken.metrics import BadMetric

    register("bad_metric", BadMetric)


@hookimpl
def register_corpora(register):
    from benchbox_broken.corpora import BadCorpus, Tiny

    register("tiny", Tiny)
    register("bad_corpus", BadCorpus)
