"""To a dask cluster that is there, or to one that is started here."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import dask
from distributed import Client, LocalCluster, Security

from benchbox.errors import BadCluster


@contextmanager
def local_cluster(count: int) -> Iterator[tuple[str, Security]]:
    """Start a cluster of `count` processes on this machine, which nobody else can use."""
    # Whoever may connect to a scheduler may run any code as its user.
    security = Security.temporary()
    # A job that waits in a worker would share the blame for its end.
    alone = dask.config.set({"distributed.scheduler.worker-saturation": 1.0})
    with (
        alone,
        LocalCluster(
            n_workers=count,
            threads_per_worker=1,
            host="127.0.0.1",
            protocol="tls://",
            security=security,
            dashboard_address="127.0.0.1:0",
            memory_limit=0,  # a plugin's memory is watched by its contained process
            silence_logs=50,
        ) as cluster,
    ):
        yield cluster.scheduler_address, security


@contextmanager
def connected(address: str, security: Security | None, wait: float) -> Iterator[Client]:
    """Give a client of a cluster that has at least one worker.

    Raises:
        BadCluster: it cannot be reached, or nobody works there.
    """
    try:
        client = Client(address, security=security, timeout=wait, set_as_default=False, name="benchbox")
    except (OSError, ValueError, TypeError, ImportError, RuntimeError) as error:
        told = " ".join(str(error).split())[:200]
        raise BadCluster(f"no dask scheduler answers at {address}: {told}") from None
    try:
        try:
            client.wait_for_workers(1, timeout=wait)
        except TimeoutError:
            raise BadCluster(
                f"the cluster at {address} has had no worker for {wait:g} s: start one, "
                f"dask worker {address}, or wait longer (--backend-option wait=SECONDS)"
            ) from None
        yield client
    finally:
        with suppress(Exception):
            client.close(timeout=5)
