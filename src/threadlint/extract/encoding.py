"""Facts as bytes and back: what the store keeps and what worker processes send."""
from __future__ import annotations

import msgspec

from ..model.facts import ModuleFacts

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(ModuleFacts)


def encode(facts: ModuleFacts) -> bytes:
    """Compact and deterministic."""
    return _encoder.encode(facts)


def decode(data: bytes) -> ModuleFacts | None:
    """The facts, or None when the bytes are not those of facts of this schema."""
    try:
        return _decoder.decode(data)
    except (msgspec.MsgspecError, RecursionError):
        return None
