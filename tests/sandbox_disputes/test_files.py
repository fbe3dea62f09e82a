"""Files are judged by their content, and uploads are recognised by theirs."""

import httpx
import pytest
from dispute_desk import Desk, packed_pdf, pdf, png
from sandbox_clients import Control, refusal

JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00\xff\xd9"


@pytest.mark.parametrize(
    ("content", "type"), [(pdf(), "pdf"), (packed_pdf(3), "pdf"), (png(), "png"), (JPEG, "jpg")]
)
def test_the_content_tells_the_type(desk: Desk, content: bytes, type: str) -> None:
    """Whatever the name says; the object has all that a later step needs."""
    file = desk.upload(content, name="scan.txt")
    assert (file.type, file.size, file.filename) == (type, len(content), "scan.txt")
    assert file.purpose == "dispute_evidence"
    assert (file.expires_at or 0) > file.created
    assert desk.v1.files.retrieve(file.id).id == file.id


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.7 not really", "The file you uploaded is not supported"),
        (b"GIF89a", "The file you uploaded is not supported"),
        (b"", "The file you uploaded is not supported"),
        (png()[:-6], "The file you uploaded is not supported"),
        (pdf(50), "fewer than 50 pages"),
        (packed_pdf(50), "fewer than 50 pages"),
        (pdf(filler=5_000_000), "smaller than 5 MB"),
    ],
)
def test_what_banks_cannot_take_is_refused(desk: Desk, content: bytes, words: str) -> None:
    """A fake, another format, a torn file, too many pages, too many bytes."""
    refused = refusal(lambda: desk.upload(content))
    assert (refused.http_status, words in str(refused)) == (400, True)


def test_49_pages_are_taken(desk: Desk) -> None:
    """The limit is below fifty, packed or not."""
    assert desk.upload(pdf(49)).type == desk.upload(packed_pdf(49)).type == "pdf"


def test_a_repeated_upload_is_one_file(desk: Desk) -> None:
    """The same parts under the same key are the same call, although the boundary differs each time."""
    first, second = desk.upload(key="upload-1"), desk.upload(key="upload-1")
    assert first.id == second.id
    assert "same parameters" in str(refusal(lambda: desk.upload(pdf(2), key="upload-1")))


def test_the_log_keeps_digests_not_bytes(desk: Desk, control: Control) -> None:
    """A test can tell which file was sent without reading it back."""
    file = desk.upload()
    (call,) = control.get("requests", path="^/v1/files$")["requests"]
    assert call["parameters"]["purpose"] == "dispute_evidence"
    assert call["parameters"]["file"] == {
        "filename": "packet.pdf",
        "size": file.size,
        "sha256": control.get(f"files/{file.id}")["sha256"],
    }


def test_files_are_never_deleted(desk: Desk) -> None:
    """There is no such call."""
    file = desk.upload()
    answer = httpx.delete(f"{desk.url}/v1/files/{file.id}", auth=("sk_test_sandbox", ""), trust_env=False)
    assert answer.status_code == 404


def test_files_are_listed_by_purpose(desk: Desk) -> None:
    """Newest first."""
    desk.upload(purpose="business_logo")
    ids = [desk.upload().id for _ in range(2)]
    listed = desk.v1.files.list({"purpose": "dispute_evidence"}).data
    assert [one.id for one in listed] == ids[::-1]


def test_links_show_a_file_until_they_expire(desk: Desk) -> None:
    """A link belongs to its file, can be found by it, and ends on demand."""
    file = desk.upload()
    link = desk.v1.file_links.create({"file": file.id, "metadata": {"case": "7"}})
    assert [one.id for one in desk.v1.files.retrieve(file.id).links.data] == [link.id]
    assert not link.expired
    assert desk.v1.file_links.update(link.id, {"expires_at": "now"}).expired
    assert [one.id for one in desk.v1.file_links.list({"file": file.id, "expired": True}).data] == [link.id]
    assert refusal(desk.v1.file_links.create, {"file": "file_x"}).error.code == "resource_missing"


def test_an_upload_can_bring_its_link(desk: Desk) -> None:
    """file_link_data[create] makes one at once."""
    file = desk.upload(file_link_data={"create": True})
    assert len(file.links.data) == 1


def test_evidence_files_expand(desk: Desk) -> None:
    """expand[]=evidence.receipt gives the file itself."""
    id, file = desk.dispute(), desk.upload()
    desk.update(id, evidence={"receipt": file.id}, submit=False)
    dispute = desk.v1.disputes.retrieve(id, {"expand": ["evidence.receipt"]})
    assert dispute.evidence.receipt.size == file.size
