"""A certificate of the owner's own, for the web servers that others than this machine reach."""

import ssl
from dataclasses import dataclass
from pathlib import Path


class CertificateUnusable(ValueError):
    """The certificate or its private key cannot be used. The message is one line without a next step."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """PEM files: the certificate with its chain, and its private key; None when it is in the same file."""

    chain: Path
    key: Path | None = None

    def check(self) -> None:
        """Look whether a server could start with it. Raises CertificateUnusable."""
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self.chain, self.key, _no_password)
        except (OSError, ValueError) as failure:  # ssl.SSLError is an OSError
            named = f"{self.chain}" + (f" with {self.key}" if self.key else "")
            raise CertificateUnusable(f"The certificate {named} cannot be used ({_why(failure)})") from None


def certificate(chain: str | Path | None, key: str | Path | None) -> Certificate | None:
    """What the two settings name together; None when neither is set. Raises CertificateUnusable."""
    if not chain and not key:
        return None
    if not chain:
        raise CertificateUnusable("There is a private key for TLS, and no certificate")
    absolute = [Path(it).expanduser().absolute() if it else None for it in (chain, key)]
    assert absolute[0] is not None
    found = Certificate(absolute[0], absolute[1])
    found.check()
    return found


def _no_password() -> str:
    # Asked for only where the key is encrypted: nobody sits at a server's terminal.
    raise ValueError("the private key is encrypted")


def _why(failure: Exception) -> str:
    if isinstance(failure, ssl.SSLError):
        return failure.reason or "not in PEM format"
    return getattr(failure, "strerror", None) or str(failure)
