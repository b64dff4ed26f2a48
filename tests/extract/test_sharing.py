"""Processes that are after the same texts at the same time share the work through the store."""
from __future__ import annotations

from pathlib import Path

import pytest

import threadlint.extract
from threadlint.extract import Store, extract, facts_of, gather
from threadlint.model.sources import Source


def test_what_another_process_has_read_meanwhile_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [f"x = {number}\n" for number in range(10)]
    sources = [Source(f"m{n}.py", f"m{n}", text, text.encode(), True) for n, text in enumerate(texts)]
    read: list[str] = []

    def another_is_quicker(text: str) -> object:
        read.append(text)
        if len(read) == 1:
            other = Store(tmp_path)
            other.put_many({source.digest: gather.encode(extract(source.text)) for source in sources})
            other.close()
        return extract(text)

    monkeypatch.setattr(gather, "PORTION", 1)
    monkeypatch.setattr(threadlint.extract, "extract", another_is_quicker)
    assert facts_of(sources, Store(tmp_path), jobs=1) == [extract(text) for text in texts]
    assert len(read) == 1


@pytest.mark.parametrize("portion", [1, 7, 1000])
def test_every_text_is_in_one_portion(portion: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gather, "PORTION", portion)
    texts = {bytes([number]): "x" * number for number in range(20)}
    portions = gather._portions(list(texts), texts)
    assert sorted(digest for each in portions for digest in each) == list(texts)
