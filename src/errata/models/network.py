"""What a classifier needs of the network that runs its batches, whichever library that is."""

from __future__ import annotations

from typing import Protocol

from errata.core.types import Floats, Ints
from errata.models.batching import Batch, Frame
from errata.models.checkpoint import Checkpoint
from errata.models.subwords import Vocabulary


class Network(Protocol):
    """Model and tokenizer, ready to run. Calling it twice with one batch gives the same numbers."""

    @property
    def checkpoint(self) -> Checkpoint: ...

    @property
    def vocabulary(self) -> Vocabulary: ...

    @property
    def frame(self) -> Frame: ...

    @property
    def window(self) -> int:
        """Subwords of content that fit beside the special ones."""
        ...

    @property
    def summary(self) -> int:
        """Column that a text classifier sums a text up in: counted from the left, or -1 for the last real subword."""
        ...

    @property
    def layer(self) -> int | None:
        """Hidden state that is the embedding; None = no embeddings."""
        ...

    @property
    def hidden_size(self) -> int: ...

    @property
    def device(self) -> str: ...

    @property
    def unused(self) -> tuple[str, ...]:
        """Weights of the file that the model has no place for."""
        ...

    def token_values(self, batch: Batch, probs_at: Ints, states_at: Ints) -> tuple[Floats, Floats | None]:
        """Softmax probabilities float32 ``(len(probs_at), n_outputs)`` and states ``(len(states_at), d)`` of cells.

        A cell counts row by row through the padded batch.
        """
        ...

    def text_values(self, batch: Batch, *, independent: bool) -> tuple[Floats, Floats | None]:
        """Probabilities float32 ``(n_rows, n_outputs)``, sigmoid when ``independent`` else softmax, and the states
        ``(n_rows, d)`` that the classifier sums the texts up in."""
        ...
