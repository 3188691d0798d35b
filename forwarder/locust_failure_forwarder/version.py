"""The version of this wheel, without the front of the package, which leads to the plugin."""

from typing import Final

VERSION: Final = "0.1.0"
