"""What the engine says of a source that it cannot take is said of the source, with what its owner can do."""

from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import AsyncMock, MagicMock

import pytest

from holdfast.model.errors import Busy, FileCorrupt, FileNewer, HoldfastError, SourceUnusable
from holdfast.sessions.importing import Importing
from holdfast.vault import Source, SourceKind

SOURCE = Source(SourceKind.WHATSMEOW, "/theirs/store.db", "4915100000001:3@s.whatsapp.net", "Ada", {})


@pytest.mark.parametrize(
    ("refusal", "kind", "said", "step"),
    [
        (FileNewer("v99"), SourceUnusable, "a newer whatsmeow", "Update Holdfast"),
        (
            FileCorrupt("pre-key-1.json: torn"),
            SourceUnusable,
            "pre-key-1.json",
            "copy it again",
        ),
        (Busy("another one"), Busy, "another one", ""),
    ],
)
async def test_a_refusal_names_the_source_and_the_next_step(
    refusal: HoldfastError, kind: type[HoldfastError], said: str, step: str
) -> None:
    link, vault, linking = MagicMock(), MagicMock(), MagicMock()
    link.credentials.import_device = AsyncMock(side_effect=refusal)
    vault.new_key.return_value = (SimpleNamespace(key=b"k" * 32), b"wrapped")
    linking.hold.return_value.__aexit__ = AsyncMock(return_value=False)
    importing = Importing(MagicMock(), link, vault, linking, MagicMock())
    with pytest.raises(kind, match=said) as caught:
        await importing.take(cast(Any, SimpleNamespace(id="ses_1", name="taxi")), SOURCE)
    assert step in (caught.value.next_step or "")
    vault.learn.assert_not_called()
