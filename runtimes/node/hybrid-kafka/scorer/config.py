"""What the environment and .env may set."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore")

    kafka_brokers: str = "127.0.0.1:9092"
    kafka_prefix: str = "fraud."
    kafka_fetch_wait_ms: int = Field(default=500, ge=1)
    parent_fd: int  # of the socket to who started this process
    model: Path = Path(__file__).parent.parent / "model.safetensors"
    threshold: float = Field(default=0.5, ge=0, le=1)


settings = Settings()
