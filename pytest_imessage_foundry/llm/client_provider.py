"""The base class of the built-in providers, which use makers' client libraries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry import termination
from pytest_imessage_foundry.llm import http, provider_registry
from pytest_imessage_foundry.llm.base import Provider
from pytest_imessage_foundry.llm.exchange import ProviderError
from pytest_imessage_foundry.llm.retry import FailedCallError, Patience

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_imessage_foundry.llm.provider_registry import ProviderSettings


class ClientProvider(Provider):
    """A provider that uses its maker's own client library.

    Explicit settings come before the environment: NAME_API_KEY, NAME_BASE_URL and
    NAME_MODEL, with the provider's name in capitals. The client's own retries are off,
    because `Patience` does them.

    Attributes:
        name: the name of the provider and of its client library.
        maker: the name of the maker, for messages.
        own: the address of the maker's own server.
        client: the name of the library's asynchronous client class.
        extra: the extra of this distribution that installs the library.
        keyless: the advice for users without a key, for messages.

    Raises, when made:
        ProviderError: a key, the library or a model is missing, or a variable that the
            library reads is wrong.
    """

    maker: str
    own: str
    client: str
    extra: str
    keyless: str

    def __init__(self, settings: ProviderSettings) -> None:
        variable = self.name.upper()
        base_url = provider_registry.setting(settings.base_url, f"{variable}_BASE_URL")
        key = provider_registry.setting(settings.key, f"{variable}_API_KEY")
        if key is None and base_url is None:
            raise ProviderError(
                f"there is no key for {self.maker}\n"
                f"looked in: the environment variable {variable}_API_KEY\n"
                f"{self.keyless}"
            )
        if key is not None and not (key.isascii() and key.isprintable()):
            raise ProviderError(
                f"the key for {self.maker} has a character that no key has\n"
                f"looked in: the environment variable {variable}_API_KEY\n"
                "copy it once more; a dash or a quote may have been changed on the way"
            )
        self._is_own = base_url in (None, self.own)
        self.model = provider_registry.model(
            self.name, settings.model, f"{variable}_MODEL", is_own=self._is_own
        )
        self.endpoint = provider_registry.shown_url(base_url or self.own)
        self._temperature = settings.temperature
        self._patience = Patience(settings.tries, settings.pause)
        self._timeout = settings.timeout
        # Local servers require a key but accept any.
        self._key = key or "none"
        self._secrets = http.secrets(self._key, base_url or "")
        # Of a KeyboardInterrupt that comes while its models are made pydantic makes an
        # error of its own.
        with termination.held_back():
            self._library: Any = provider_registry.client(self.name, self.extra)
            self._transport = http.transport_errors(self._library)
            self._client: Any = self._made(base_url or self.own)

    def _made(self, base_url: str) -> Any:
        try:
            return getattr(self._library, self.client)(
                api_key=self._key,
                base_url=base_url,
                timeout=self._timeout,
                max_retries=0,
                # One of the client's own that cannot be made ends with a traceback.
                http_client=self._library.DefaultAsyncHttpxClient(),
            )
        except Exception as error:  # it reads variables, and checks few of them
            raise self._unfit(error) from None

    async def _answer(
        self,
        create: Callable[..., Any],
        body: dict[str, Any],
        refused: Callable[[FailedCallError], None],
    ) -> dict[str, Any]:
        """Return what the server answers to one request.

        `refused` is called with the failure if it answers with an HTTP error.

        Raises:
            FailedCallError: there is no answer, or it tells of an error.
            ProviderError: the client cannot send a request.
        """
        try:
            raw = await http.bounded(create(**body), self._timeout)
        except self._library.APIStatusError as error:
            failure = http.failure(error, self._secrets)
            refused(failure)
            raise failure from None
        except (self._library.APIError, *self._transport) as error:
            raise http.silence(error, self._secrets) from None
        except FailedCallError:
            raise
        except Exception as error:  # as of a header from a variable
            raise self._unfit(error) from None
        http.check_error(raw, self._secrets)
        return raw

    def _unfit(self, error: Exception) -> ProviderError:
        said = http.hidden(f"{type(error).__name__}: {error}", self._secrets)
        return ProviderError(
            f"the client of {self.maker} cannot send a request: {said}\n"
            "looked at: the environment variables that it reads, those of a proxy, of "
            f"certificates (SSL_CERT_FILE), and {self.name.upper()}_…\n"
            "correct or unset the one that is wrong"
        )

    async def close(self) -> None:
        """Close the client's connections."""
        await self._client.close()
