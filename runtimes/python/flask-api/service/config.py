"""What the environment and .env may set."""

from dataclasses import dataclass

from environs import Env, validate

env = Env()
env.read_env(recurse=False)


@dataclass(frozen=True)
class Settings:
    host: str = env.str("HOST", "127.0.0.1")
    port: int = env.int("PORT", 0, validate=validate.Range(0, 65535))
    workers: int = env.int("WEB_CONCURRENCY", 2, validate=validate.Range(min=1))
    log_level: str = env.str(
        "LOG_LEVEL",
        "INFO",
        validate=validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]),
    )
    jwt_secret: str = env.str(
        "JWT_SECRET", "development-secret-of-32-bytes!!", validate=validate.Length(min=32)
    )
    allowed_origins: str = env.str("ALLOWED_ORIGINS", "*")
    scratch: str = env.str("SCRATCH", "")


settings = Settings()
