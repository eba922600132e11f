"""The settings of refundsheet, from a TOML file and the environment."""

from refundsheet.config.load import load_settings
from refundsheet.config.settings import Settings

__all__ = ["Settings", "load_settings"]
