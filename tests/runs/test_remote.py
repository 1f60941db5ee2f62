"""What a dask worker answers before it knows a run, and when it cannot take part in one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchbox.plan.jobs import make_plan
from benchbox.registry.discovery import Registry
from benchbox.runs.contained import Limits
from benchbox.runs.sending import pieces, tree_of
from benchbox.runs.shards import library_versions
from tests.fakes import suite

distributed = pytest.importorskip("distributed")
remote = pytest.importorskip("benchbox.runs.remote")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return a client of one worker, in this process."""
    cluster = distributed.LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        processes=False,
        dashboard_address="127.0.0.1:0",
        memory_limit=0,
        silence_logs=60,
        local_directory=str(tmp_path_factory.mktemp("scratch")),
    )
    with cluster, distributed.Client(cluster) as client:
        yield client


def ask(client: Any, function: Any, *arguments: Any) -> Any:
    return client.submit(function, *arguments, pure=False).result(60)


def session(**changed: Any) -> Any:
    facts = {
        "id": "a-run",
        "folder": str(Path.cwd()),
        "ingredients": (),
        "splits": ("test",),
        "versions": library_versions(),
        "limits": Limits(),
        "measures": ["nsr"],
        **changed,
    }
    return remote.Session(**facts)


def test_a_worker_that_does_not_know_a_run_says_where_it_is(client: Any, registry: Registry) -> None:
    (job, *_) = make_plan(suite(denoisers="wiener"), registry).jobs
    lacks = ask(client, remote.score, "unknown", job)
    (address,) = client.scheduler_info()["workers"]
    assert lacks == remote.Lacks(address)


def test_a_worker_with_other_libraries_is_refused_with_both_versions(client: Any) -> None:
    opening = ask(client, remote.open_run, session(versions={"numpy": "0.1"}), {})
    assert opening.refusal == f"has numpy {library_versions()['numpy']}, not 0.1"


def test_files_are_kept_by_their_content_and_asked_for_once(client: Any, tmp_path: Path) -> None:
    (tmp_path / "speech").mkdir()
    (tmp_path / "speech" / "a.wav").write_bytes(b"one")
    tree = tree_of(tmp_path / "speech")
    assert ask(client, remote.missing, tree) == ["speech/a.wav"]
    for message in pieces(tmp_path, tree, tree.files):
        ask(client, remote.keep, tree, message)
    assert ask(client, remote.missing, tree) == []
    (tmp_path / "speech" / "a.wav").write_bytes(b"another")
    assert ask(client, remote.missing, tree_of(tmp_path / "speech")) == ["speech/a.wav"]


def test_a_run_that_is_forgotten_leaves_nothing(client: Any) -> None:
    assert ask(client, remote.open_run, session(), {}) == remote.Opening()
    (worker,) = client.run(lambda dask_worker: dask_worker.local_directory).values()
    ask(client, remote.forget, "a-run")
    assert not Path(worker, "benchbox", "a-run").exists()
