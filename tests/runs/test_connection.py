"""Clusters that are there, and those that nobody reaches."""

import pytest

from benchbox.errors import BadCluster

distributed = pytest.importorskip("distributed")
connection = pytest.importorskip("benchbox.runs.connection")


def test_a_scheduler_that_does_not_answer_is_waited_for_no_longer_than_said() -> None:
    with (
        pytest.raises(BadCluster, match=r"no dask scheduler answers at tcp://127\.0\.0\.1:1: "),
        connection.connected("tcp://127.0.0.1:1", None, 1),
    ):
        pass


def test_a_cluster_without_a_worker_is_waited_for_no_longer_than_said() -> None:
    with (
        distributed.LocalCluster(
            n_workers=0, processes=False, dashboard_address="127.0.0.1:0", silence_logs=60
        ) as cluster,
        pytest.raises(BadCluster, match=r"has had no worker for 0\.5 s: start one"),
        connection.connected(cluster.scheduler_address, None, 0.5),
    ):
        pass
