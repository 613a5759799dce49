"""The folder is the registry: every file here that exports KIND and build is a kind of connector."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

import httpx

import api.connectors
from api.connectors.options import ConnectorOptions
from api.connectors.system import Connector, OptionsInvalid

Build = Callable[..., Connector]


@cache
def connector_kinds() -> Mapping[str, Build]:
    """Return the kinds at hand, in name order, each with what builds it."""
    kinds: dict[str, Build] = {}
    for module_info in sorted(iter_modules(api.connectors.__path__), key=lambda module_info: module_info.name):
        module = import_module(f"api.connectors.{module_info.name}")
        if hasattr(module, "KIND"):
            kinds[module.KIND] = module.build
    return kinds


def build_connector(options: ConnectorOptions, *, client: httpx.Client) -> Connector:
    """Return a connector; nothing is opened yet."""
    kinds = connector_kinds()
    if options.kind not in kinds:
        raise OptionsInvalid(f"connector {options.name}: no kind {options.kind!r}; there are {', '.join(kinds)}")
    return kinds[options.kind](options, client=client)
