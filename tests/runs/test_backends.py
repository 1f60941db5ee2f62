"""Where the work is done, as a user writes it; the cluster itself is tested in test_cluster.py."""

import sys

import pytest

from benchbox.errors import BadOption, MissingExtra
from benchbox.runs.backends import Backend


def test_options_are_read_from_flags_and_from_python() -> None:
    flags = Backend.of("dask", ["address=tcp://host:8786", "wait=5"])
    assert flags == Backend.of("dask", {"address": "tcp://host:8786", "wait": 5})
    assert (flags.address, flags.wait) == ("tcp://host:8786", 5.0)


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("loky", [], "no backend 'loky'"),
        ("das", [], "did you mean 'dask'"),
        ("dask", ["adress=tcp://host:1"], "did you mean 'address'"),
        ("dask", ["address"], "wants name=value"),
        ("dask", ["address=host"], "wants tcp://host:port"),
        ("dask", ["wait=soon"], "wants seconds"),
        ("dask", ["wait=nan"], "wants seconds"),
        ("dask", ["wait=-1"], "wants seconds"),
        ("dask", ["ca=ca.pem"], "address, ca, cert and key together"),
        ("local", ["wait=1"], "takes no --backend-option"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(name: str, options: list[str], says: str) -> None:
    with pytest.raises(BadOption, match=says) as raised:
        Backend.of(name, options)
    assert "\n" not in str(raised.value)


def test_an_unknown_backend_is_refused() -> None:
    with pytest.raises(BadOption, match="valid: dask, local"):
        Backend.of("slurm")


def test_without_dask_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtra, match=r"pip install 'benchbox-speech\[dask\]'"):
        Backend.of("dask").connect(1)


def test_certificates_that_are_not_there_are_named() -> None:
    pytest.importorskip("distributed")
    tls = {"address": "tls://127.0.0.1:1", "ca": "ca.pem", "cert": "c.pem", "key": "k.pem"}
    with pytest.raises(BadOption, match=r"no file ca\.pem"), Backend.of("dask", tls).connect(1):
        pass
