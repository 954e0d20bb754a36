"""Errata: where is the model wrong, which labels are wrong, and what to fix first."""

from typing import Any

__all__ = ["AnalysedRun", "analyze", "open"]


def __getattr__(name: str) -> Any:
    # The API pulls in every predictor; `import errata.core` and the command's help must not wait for that.
    if name not in __all__:
        raise AttributeError(f"module 'errata' has no attribute {name!r}")
    from errata.app import api

    return getattr(api, "open_run" if name == "open" else name)
