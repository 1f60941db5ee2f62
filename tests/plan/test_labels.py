from collections.abc import Sequence

import pytest

from benchbox.errors import BadOption, BadSuite
from benchbox.interfaces import Denoiser
from benchbox.plan.jobs import make_plan
from benchbox.plan.labels import labels_of
from benchbox.plan.suite import Suite
from benchbox.records import Spec
from benchbox.registry.discovery import Registry, discover
from benchbox.registry.options import expand
from benchbox.registry.specs import parse_spec, parse_specs


@pytest.fixture(scope="module")
def registry() -> Registry:
    return discover()


def labels(*texts: str) -> list[str]:
    return list(labels_of([spec for text in texts for spec in parse_specs(text, aliases=True)]).values())


def test_a_system_is_called_by_its_alias() -> None:
    assert labels("ours=vqunet(steps=5000), base v1.2 = vqunet, wiener") == ["ours", "base v1.2", "wiener"]


def test_an_alias_keeps_its_place_when_a_suite_is_written_down() -> None:
    suite = Suite(denoisers=["ours=vqunet(steps=5000)", "wiener"])
    assert suite.model_dump(mode="json")["denoisers"] == ["ours=vqunet(steps=5000)", "wiener"]
    assert Suite(**suite.model_dump(mode="json")).denoisers[0].alias == "ours"


def test_an_alias_decides_nothing(registry: Registry) -> None:
    settings = {"noises": "white", "metrics": "si_sdr", "limit": 1}
    plain = make_plan(Suite(denoisers="vqunet(steps=7),wiener", **settings), registry)
    named = make_plan(Suite(denoisers="ours=vqunet(steps=7),base=wiener", **settings), registry)
    assert [system.label for system in named.systems] == ["noisy", "ours", "base"]
    assert [job.key for job in named.jobs] == [job.key for job in plain.jobs]
    assert named.suite.key == plain.suite.key
    for one, other in zip(plain.systems, named.systems, strict=True):
        assert (one.identity, one.folder) == (other.identity, other.folder)


def test_each_system_of_a_grid_is_called_by_what_it_is_varied_by(registry: Registry) -> None:
    specs = expand(Denoiser, parse_specs("ours=spectral_sub(over=[2,3],floor=0.1)", aliases=True), registry)
    assert [spec.alias for spec in specs] == ["ours(over=2)", "ours(over=3)"]


@pytest.mark.parametrize(
    ("texts", "shown"),
    [
        (["a(path=../models/big/one.onnx)"], ['a(path="one.onnx")']),
        (["a(path=/home/me/one.onnx)"], ['a(path="one.onnx")']),
        ([r"a(path='C:\models\one.onnx')"], ['a(path="one.onnx")']),
        (["models/gate.py:Gate(k=2)"], ["gate.py:Gate(k=2)"]),
        (["a/gate.py:Gate", "b/gate.py:Gate"], ["a/gate.py:Gate", "b/gate.py:Gate"]),
        (
            ["command(run='/opt/bin/tool --model=/data/big.bin {in} {out}')"],
            ['command(run="tool --model=big.bin {in} {out}")'],
        ),
        (["a(path=x/one,k=2)", "b(path=y/one)"], ['a(path="one", k=2)', 'b(path="one")']),
        (["a(path=x/one)", "a(path=y/one)"], ['a(path="x/one")', 'a(path="y/one")']),
        (
            ["a(path=/x/z/one)", "a(path=/y/z/one)", "a(path=/y/w/one)"],
            ['a(path="x/z/one")', 'a(path="y/z/one")', 'a(path="w/one")'],
        ),
    ],
)
def test_paths_are_cut_as_short_as_still_tells_systems_apart(
    texts: Sequence[str], shown: Sequence[str]
) -> None:
    assert labels(*texts) == shown


@pytest.mark.parametrize(
    ("denoisers", "says"),
    [
        ("ours=vqunet,ours=unet", "ours is the name of two systems, vqunet and unet"),
        ("Ours=vqunet,ours=unet", "ours is the name of two systems"),
        ("wiener=vqunet,wiener", "wiener is the name of two systems, vqunet and wiener"),
        ("a=wiener,b=wiener", "a=wiener and b=wiener are the same: name one of them"),
        ("a=wiener,wiener", "a=wiener and wiener are the same"),
        ("noisy=wiener", "noisy is what benchbox calls its own"),
        ("clean=wiener", "clean is what benchbox calls its own"),
    ],
)
def test_a_name_that_is_taken_is_refused(denoisers: str, says: str, registry: Registry) -> None:
    with pytest.raises((BadSuite, BadOption), match=says):
        make_plan(Suite(denoisers=denoisers, corpus="spoken", noises="white"), registry)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("runs/x=wiener", "'runs/x' looks like a path"),
        ("../x=wiener", "'../x' looks like a path"),
        ("~x=wiener", "'~x' looks like a path"),
        (r"a\b=wiener", "looks like a path"),
        ("-x=wiener", "'-x' is no name"),
        (".x=wiener", "'.x' is no name"),
        ("$x$=wiener", "is no name"),
        (f"{'x' * 41}=wiener", "is no name"),
        ("a=b=wiener", "wants"),
        ("a=", "wants a name at the end"),
        ("=wiener", "wants a name"),
    ],
)
def test_what_is_no_name_is_refused_in_one_line(text: str, says: str) -> None:
    with pytest.raises(BadOption) as refused:
        Suite(denoisers=text)
    assert says in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize("setting", ["noises", "metrics", "train_noises", "corpus"])
def test_only_denoisers_have_names(setting: str) -> None:
    with pytest.raises(BadOption, match="only --denoisers give names, so leave out 'x'"):
        Suite(**{setting: "x=white"})
    with pytest.raises(BadOption, match="only --denoisers"):
        parse_spec("x=white")


def test_a_spec_is_equal_whatever_it_is_called() -> None:
    assert Spec("wiener", {}, "ours") == Spec("wiener")
    assert len({Spec("wiener", {}, "ours"), Spec("wiener")}) == 1
