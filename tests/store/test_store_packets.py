"""Built packets, and the ids of what was uploaded for them."""

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from store_dispute_values import CASE, PERSON, ce3, packet, sha256

from chargebacks.errors import NeedsOperator
from store import Store
from store.database import open_database


async def test_a_packet_comes_back_byte_for_byte(store: Store) -> None:
    """What is filed is what was approved, in another process too."""
    built = packet(b"\x00letter", b"exhibits")
    await store.packets.keep(CASE, built, ce3())
    digest = built.manifest.digest
    assert await store.packets.packet(CASE, digest) == built
    assert await store.packets.manifest(CASE, digest) == built.manifest
    assert await store.packets.ce3(CASE, digest) == ce3()


async def test_parts_of_a_packet_are_read_by_themselves(store: Store) -> None:
    """Staging texts or showing a PDF must not take the whole packet into memory."""
    built = packet(b"letter")
    await store.packets.keep(CASE, built, None)
    digest = built.manifest.digest
    assert await store.packets.texts(CASE, digest) == built.texts
    assert await store.packets.reading_copy(CASE, digest) == b"all of it"
    assert await store.packets.ce3(CASE, digest) is None
    assert await store.evidence.document(sha256(b"letter")) == b"letter"


async def test_a_packet_kept_again_is_the_same_packet(store: Store) -> None:
    """A repeated build is harmless; what was remarked about it is as of the last one."""
    await store.packets.keep(CASE, packet(b"letter"), None)
    await store.packets.keep(CASE, packet(b"letter", findings=("a glyph",), reading_copy=b"new"), ce3())
    [digest] = await store.packets.digests(CASE)
    assert (await store.packets.manifest(CASE, digest)).findings == ("a glyph",)
    assert await store.packets.reading_copy(CASE, digest) == b"new"
    assert await store.packets.ce3(CASE, digest) == ce3()


async def test_the_latest_packet_is_the_one_kept_last(store: Store) -> None:
    """Also when evidence went away again, and an earlier packet was built once more."""
    assert await store.packets.latest(CASE) is None
    first, second = packet(b"one"), packet(b"two")
    for built in (first, second):
        await store.packets.keep(CASE, built, None)
    assert await store.packets.latest(CASE) == second.manifest.digest
    await store.packets.keep(CASE, first, None)
    assert await store.packets.latest(CASE) == first.manifest.digest
    assert await store.packets.digests(CASE) == (second.manifest.digest, first.manifest.digest)


async def test_a_packet_that_is_gone_is_named(store: Store) -> None:
    """Nothing else may be filed in its place; another case's packet is none."""
    built = packet(b"letter")
    await store.packets.keep(CASE, built, None)
    for reading in (store.packets.packet, store.packets.manifest, store.packets.ce3, store.packets.texts):
        with pytest.raises(NeedsOperator, match="dispute/shop/du_2") as failure:
            await reading("dispute/shop/du_2", built.manifest.digest)
        assert failure.value.reason == "packet_gone"


@pytest.mark.parametrize("files", [(b"other",), (), (b"letter", b"more")])
async def test_a_manifest_of_other_files_is_refused(store: Store, files: tuple[bytes, ...]) -> None:
    """A person approves the manifest, and the files are filed: they must be the same."""
    built = packet(b"letter").model_copy(update={"files": packet(*files).files})
    with pytest.raises(ValueError, match="other files"):
        await store.packets.keep(CASE, built, None)
    assert await store.packets.digests(CASE) == ()


async def test_manifests_need_no_key_and_the_rest_does(store: Store, database_url: str) -> None:
    """Lists of packets work anywhere; what a customer is called is sealed."""
    built = packet(b"letter of Ada Lovelace")
    await store.packets.keep(CASE, built, ce3())
    digest = built.manifest.digest
    async with await Store.connect(database_url, None) as keyless:
        assert await keyless.packets.manifest(CASE, digest) == built.manifest
        with pytest.raises(NeedsOperator, match="SECRETS_KEY"):
            await keyless.packets.packet(CASE, digest)
        with pytest.raises(NeedsOperator, match="SECRETS_KEY"):
            await keyless.packets.keep(CASE, packet(b"else"), None)


async def test_no_word_of_a_packet_is_stored_in_the_clear(
    store: Store, database_url: str, secrets_key: SecretStr
) -> None:
    """Neither texts nor files nor the reading copy nor the CE 3.0 payload."""
    built = packet(b"letter of Ada Lovelace", reading_copy=b"copy for Ada Lovelace")
    await store.packets.keep(CASE, built, ce3())
    every = text("SELECT manifest, sealed FROM packets UNION ALL SELECT sha256, sealed FROM documents")
    database = open_database(database_url)
    rows = await database.read(lambda connection: connection.execute(every).all())
    await database.close()
    assert len(rows) == 3
    assert not any(PERSON.encode() in part.encode() + sealed for part, sealed in rows)


async def test_a_file_keeps_the_id_that_stripe_gave_it_first(store: Store) -> None:
    """A file is uploaded once for a case; another case uploads its own."""
    await store.packets.keep_file_id(CASE, "aa", "file_1")
    await store.packets.keep_file_id(CASE, "aa", "file_2")
    await store.packets.keep_file_id(CASE, "bb", "file_3")
    assert await store.packets.file_ids(CASE) == {"aa": "file_1", "bb": "file_3"}
    assert await store.packets.file_ids("dispute/shop/du_2") == {}
