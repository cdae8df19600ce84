"""A certificate of its own for a test or a check: self-signed, for this machine's loopback, made with what every JDK has."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# keytool writes no keys in PEM.
_KEY_IN_PEM = """
import java.nio.file.*; import java.security.*; import java.util.*;
public class KeyInPem {
    public static void main(String[] files) throws Exception {
        char[] password = files[2].toCharArray();
        Key key = KeyStore.getInstance(Path.of(files[0]).toFile(), password).getKey("node", password);
        Files.writeString(Path.of(files[1]), "-----BEGIN PRIVATE KEY-----\\n"
            + Base64.getMimeEncoder(64, new byte[] {'\\n'}).encodeToString(key.getEncoded()) + "\\n-----END PRIVATE KEY-----\\n");
    }
}
"""
_PASSWORD = "of a store that is thrown away"


@dataclass(frozen=True)
class Certificate:
    """The files of a certificate and its key."""

    certificate: Path
    key: Path

    @property
    def settings(self) -> dict[str, object]:
        """A node's settings that use it."""
        return {"tls.certificate": self.certificate, "tls.key": self.key}


def make_certificate(folder: Path, name: str = "node") -> Certificate:
    """Makes a certificate in a folder, which exists."""
    java = _java_home() / "bin"
    store, certificate, key, program = (folder / f"{name}{end}" for end in (".p12", ".crt", ".key", "-KeyInPem.java"))
    keep = ["-alias", "node", "-keystore", store, "-storetype", "PKCS12", "-storepass", _PASSWORD]
    kind = ["-keyalg", "EC", "-groupname", "secp256r1", "-validity", "2"]
    who = ["-dname", f"CN={name}", "-ext", "SAN=DNS:localhost,IP:127.0.0.1"]
    _run(java / "keytool", "-genkeypair", *keep, *kind, *who)
    _run(java / "keytool", "-exportcert", "-rfc", *keep, "-file", certificate)
    program.write_text(_KEY_IN_PEM)
    _run(java / "java", program, store, key, _PASSWORD)
    store.unlink()
    return Certificate(certificate, key)


def _java_home() -> Path:
    found = 'source "$1/bin/environment.sh" && find_java && printf %s "$FEATUREGRID_JAVA_HOME"'
    return Path(_run("bash", "-c", found, "bash", ROOT))


def _run(*command: object) -> str:
    done = subprocess.run(
        [os.fspath(part) if isinstance(part, Path) else str(part) for part in command], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with status {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout
