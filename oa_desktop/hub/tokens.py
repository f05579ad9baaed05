"""The person's hub token: in the system's keyring, or in HF_TOKEN of the environment; never in a file of ours."""


class TokenStore:
    """Reads and keeps the token. Blocks; a keyring may ask the person to unlock it."""

    def get(self) -> str | None:
        """HF_TOKEN when it is set, else what the keyring keeps, else None. Raises nothing."""
        raise NotImplementedError

    def set(self, token: str) -> None:
        """Keep it in the keyring. Raises HubError "keyring-missing" when the system has none."""
        raise NotImplementedError

    def delete(self) -> None:
        """Forget what the keyring keeps. Raises HubError "keyring-missing"."""
        raise NotImplementedError

    def where(self) -> str:
        """Where it is kept: "environment", "keyring", or "" when there is none."""
        raise NotImplementedError
