"""A certificate is looked at before a server starts with it; what is wrong is one line."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from holdfast.kit.tls import CertificateUnusable, certificate
from holdfast.model.errors import SettingsError
from holdfast.settings import read

PEM = serialization.Encoding.PEM


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost, its key, both in one file, and the key under a password."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    until = now + timedelta(days=2)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, until)
    signed = made.sign(key, hashes.SHA256())
    form = serialization.PrivateFormat.PKCS8
    chain = signed.public_bytes(PEM)
    private = key.private_bytes(PEM, form, serialization.NoEncryption())
    locked = key.private_bytes(PEM, form, serialization.BestAvailableEncryption(b"word"))
    for file, content in (("c", chain), ("k", private), ("both", chain + private), ("locked", locked)):
        (folder / file).write_bytes(content)
    (folder / "none").write_text("no certificate")
    return folder


def test_two_files_or_one_or_none(files: Path) -> None:
    assert certificate(None, None) is None
    two, one = certificate(files / "c", files / "k"), certificate(files / "both", None)
    assert two is not None
    assert one is not None
    assert (two.chain, two.key) == (files / "c", files / "k")
    assert (one.chain, one.key) == (files / "both", None)


@pytest.mark.parametrize(
    ("chain", "key", "says"),
    [
        (None, "k", "no certificate"),
        ("c", None, "cannot be used"),
        ("none", "k", "cannot be used"),
        ("missing", "k", "No such file"),
        ("c", "locked", "the private key is encrypted"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(
    files: Path, chain: str | None, key: str | None, says: str
) -> None:
    given = [files / it if it else None for it in (chain, key)]
    with pytest.raises(CertificateUnusable, match=says) as refused:
        certificate(*given)
    assert "\n" not in str(refused.value)
    environment = {
        f"HOLDFAST_TLS_{name}": str(it) for name, it in zip(("CERT", "KEY"), given, strict=True) if it
    }
    with pytest.raises(SettingsError, match=says):
        _ = read(environment).certificate
