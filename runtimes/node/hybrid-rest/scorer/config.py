"""What the environment and .env may set."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore")

    host: str = "127.0.0.1"
    port: int = Field(default=0, ge=0, le=65535)
    parent_fd: int  # of the socket to who started this process
    log_level: Literal["debug", "info", "warning", "error", "critical"] = "info"
    model: Path = Path(__file__).parent.parent / "model.safetensors"
    threshold: float = Field(default=0.5, ge=0, le=1)


settings = Settings()
