"""Keep fingerprints of what weights were trained on: python benchmarks/trained_on.py CORPUS NOISES FILE.

CORPUS and NOISES are specs as `benchbox run` takes them; their train parts are read. For the weights that
`vqunet(preset="pretrained")` comes with, from the top of the repository:

    AUDIO=../shared/audio UNETS=plugins/benchbox_unets
    python benchmarks/trained_on.py "folder(path=$AUDIO/speech)" "recorded(path=$AUDIO/noise)" \\
        $UNETS/pretrained/trained_on.npz
    python benchmarks/trained_on.py "folder(path=$AUDIO/speech16k)" "recorded(path=$AUDIO/noise16k)" \\
        $UNETS/pretrained16k/trained_on.npz
"""

from functools import partial
from pathlib import Path

import numpy as np
import typer

from benchbox.checks.trained_on import kept_of_training, write_trained_on
from benchbox.cli import in_one_line
from benchbox.interfaces import Corpus, Noise
from benchbox.registry.discovery import discover
from benchbox.registry.options import build, expand
from benchbox.registry.specs import parse_spec, parse_specs


def main(corpus: str, noises: str, file: Path) -> None:
    registry = discover()
    models = [build(Noise, spec, registry) for spec in expand(Noise, parse_specs(noises), registry)]
    known = kept_of_training(build(Corpus, parse_spec(corpus), registry), models)
    write_trained_on(file, known)
    noise = np.count_nonzero(known.noise)
    print(f"{known.words.size} words of {known.noise.size - noise} recordings of speech and {noise} of noise")


if __name__ == "__main__":
    in_one_line(partial(typer.run, main))
