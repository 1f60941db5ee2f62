"""Where the numbers of a run come from, and the command that makes them again."""

import shlex
from typing import Any

from benchbox.plan.settings import SETTINGS
from benchbox.plan.suite import Suite
from benchbox.runs.folder import Run

Json = dict[str, Any]


def provenance_of(run: Run) -> Json:
    """Return what a page says of a run: its settings, the systems' and measures' identities, the machine."""
    manifest = run.manifest
    machine = manifest.machine
    settings = manifest.suite.model_dump(mode="json")
    return {
        "name": manifest.suite.name,
        "folder": str(run.path),
        "command": command_of(manifest.suite),
        "settings": [[name, _text(value)] for name, value in settings.items() if value is not None],
        "systems": [[label, facts.identity] for label, facts in manifest.systems.items()],
        "measures": [
            [name, ", ".join(f"{part} {value}" for part, value in identity.items())]
            for name, identity in manifest.identities.items()
        ],
        "machine": [
            ["platform", machine.platform],
            ["processor", f"{machine.processor}, {machine.cores} cores"],
            ["Python", machine.python],
            ["corpus fingerprint", manifest.corpus_fingerprint],
            ["finished", "yes" if manifest.finished else "no"],
        ],
        "broken": [[name, reason] for name, reason in manifest.broken_plugins.items()],
    }


def command_of(suite: Suite) -> str:
    """Return the `benchbox run` that repeats a suite, ready for a shell."""
    parts = ["benchbox", "run"]
    default = Suite().model_dump(mode="json")
    for name, value in suite.model_dump(mode="json").items():
        # What decides scores is always said: a default may be another in a later version.
        said = name in ("denoisers", "corpus", "noises", "snrs", "metrics", "seed")
        if not said and value == default[name]:
            continue
        flag = f"--{name.replace('_', '-')}"
        if isinstance(SETTINGS[name].default, bool):
            parts.append(flag if value else f"--no-{flag[2:]}")
        elif value is not None:
            # With "=": a value may begin with a minus.
            parts.append(f"{flag}={shlex.quote(_text(value))}")
    return " ".join(parts)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ",".join(map(_text, value))
    # All digits: another SNR would make other mixtures.
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)
