"""Where the work of a run is done: processes of this machine, or a dask cluster."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchbox.errors import BadOption, MissingExtra, did_you_mean

if TYPE_CHECKING:
    from distributed import Client, Security

BACKENDS = ("local", "dask")


@dataclass(frozen=True)
class Backend:
    """Where the work is done; `address` and what follows are of dask."""

    name: str = "local"
    address: str | None = None
    """Of a scheduler, tcp://host:8786 or tls://host:8786; None: one of --jobs processes is started here."""
    wait: float = 60.0
    """Seconds without an answer, or without a single worker, after which the run stops."""
    ca: Path | None = None
    """TLS: certificate of the authority that the cluster trusts, a PEM file."""
    cert: Path | None = None
    """TLS: this machine's certificate, a PEM file."""
    key: Path | None = None
    """TLS: the key of that certificate, a PEM file."""

    @classmethod
    def of(cls, name: str, options: Iterable[str] | Mapping[str, Any] = ()) -> "Backend":
        """Read what a user wrote: a name, and options as a mapping or as "name=value" each.

        Raises:
            BadOption: there is no such backend, option or value.
        """
        if name not in BACKENDS:
            raise BadOption(f"no backend {name!r}{did_you_mean(name, BACKENDS)}")
        known = [field.name for field in fields(cls) if field.name != "name"]
        given = options if isinstance(options, Mapping) else dict(_split(text, known) for text in options)
        for option in given:
            if name == "local":
                raise BadOption(f"--backend local takes no --backend-option, got {option}; valid: dask")
            if option not in known:
                raise BadOption(f"no backend option {option!r}{did_you_mean(option, known)}")
        backend = cls(name, **{option: _value(option, value) for option, value in given.items()})
        tls = [backend.ca, backend.cert, backend.key]
        if any(tls) and not (all(tls) and backend.address):
            raise BadOption("TLS needs the backend options address, ca, cert and key together")
        return backend

    def connect(self, jobs: int) -> "AbstractContextManager[Client]":
        """Give a client of the cluster, which is started if there is none to be reached.

        Raises:
            MissingExtra: dask is not installed.
            BadCluster: it cannot be reached, or nobody works there.
        """
        try:
            import distributed  # noqa: F401
        except ModuleNotFoundError as error:
            raise MissingExtra(
                f"--backend dask needs the package {error.name}: pip install 'benchbox-speech[dask]'"
            ) from None
        return self._connected(jobs)

    @contextmanager
    def _connected(self, jobs: int) -> "Iterator[Client]":
        from benchbox.runs.connection import connected, local_cluster

        if self.address is None:
            with (
                local_cluster(jobs) as (address, security),
                connected(address, security, self.wait) as client,
            ):
                yield client
        else:
            with connected(self.address, self._security(), self.wait) as client:
                yield client

    def _security(self) -> "Security | None":
        from distributed import Security

        if not self.ca:
            return None  # what dask's own configuration says
        for file in (self.ca, self.cert, self.key):
            if file and not file.is_file():
                raise BadOption(f"no file {file}: ca, cert and key are PEM files")
        return Security(
            tls_ca_file=str(self.ca),
            tls_client_cert=str(self.cert),
            tls_client_key=str(self.key),
            require_encryption=True,
        )


LOCAL = Backend()


def _split(text: str, known: Iterable[str]) -> tuple[str, str]:
    option, separator, value = text.partition("=")
    if not separator:
        raise BadOption(f"--backend-option {text}: wants name=value; names: {', '.join(known)}")
    return option.strip(), value.strip()


def _value(option: str, value: Any) -> Any:
    if option in ("ca", "cert", "key"):
        return Path(value).expanduser()
    if option == "address":
        if "://" not in str(value):
            raise BadOption(f"address={value}: wants tcp://host:port or tls://host:port")
        return str(value)
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 1e9:
        raise BadOption(f"wait={value}: wants seconds, for example 60")
    return seconds
