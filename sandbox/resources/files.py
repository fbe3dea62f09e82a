"""Files. They are uploaded, read and never deleted. https://docs.stripe.com/api/files"""

from sandbox import documents
from sandbox.errors import ApiError
from sandbox.multipart import Upload
from sandbox.parameters import Parameters, created_filter, flag, hash_of, integer, metadata, text, upload
from sandbox.resource import Call, Resource, sub_list
from sandbox.resources import file_links
from sandbox.tables import Object

EVIDENCE = "dispute_evidence"
PURPOSES = (
    "account_requirement", "additional_verification", "business_icon", "business_logo", "customer_signature",
    EVIDENCE, "identity_document", "issuing_regulatory_reporting", "pci_document",
    "platform_terms_of_service", "tax_document_user_upload", "terminal_android_apk",
    "terminal_reader_splashscreen", "terminal_wifi_certificate", "terminal_wifi_private_key",
)  # fmt: skip
SMALLEST_REFUSED = 5_000_000
"""Bytes. Stripe says "smaller than 5 MB" and not which megabytes; these are the smaller ones."""
FEWEST_PAGES_REFUSED = 50
LIFETIME = 274 * 86_400
"""Nine months."""

FILES = Resource("file", table="files", prefixes=("file",), noun="file upload")
FILES.retrieval("/v1/files/{id}", permission="file")
FILES.listing("/v1/files", permission="file", purpose=text(), created=created_filter())


@FILES.post(
    "/v1/files",
    permission="file",
    takes_files=True,
    parameters=Parameters(
        required=("file", "purpose"),
        file=upload(),
        purpose=text(*PURPOSES),
        file_link_data=hash_of(
            required=("create",), create=flag(), expires_at=integer(least=0), metadata=metadata()
        ),
    ),
)
def create(call: Call) -> Object:
    uploaded: Upload = call.given["file"]
    type = documents.type_of(uploaded.content)
    if call.given["purpose"] == EVIDENCE:
        _refuse_unless_evidence(uploaded, type)
    file = _shape(call, uploaded, type)
    FILES.rows(call.account).add(file)
    call.account.contents[file["id"]] = uploaded
    link = call.given.get("file_link_data", {})
    if link.get("create"):
        file_links.make(call, file, link)
    call.sandbox.emit(call.account, "file.created", file)
    return file


def _refuse_unless_evidence(uploaded: Upload, type: str | None) -> None:
    """What banks can be sent, told by the content whatever the name says.

    https://docs.stripe.com/disputes/best-practices#file-upload-recommendations
    """
    if len(uploaded.content) >= SMALLEST_REFUSED:
        raise ApiError(400, "The file you uploaded is too large. It must be smaller than 5 MB.", param="file")
    if type is None:
        message = "The file you uploaded is not supported. Supported file types are PDF, JPEG and PNG."
        raise ApiError(400, message, param="file")
    if type == "pdf" and documents.pages(uploaded.content) >= FEWEST_PAGES_REFUSED:
        message = "The PDF you uploaded is too long. It must have fewer than 50 pages."
        raise ApiError(400, message, param="file")


def _shape(call: Call, uploaded: Upload, type: str | None) -> Object:
    id, named = call.sandbox.ids.next("file"), uploaded.filename.rpartition(".")[2].lower()
    return {
        "id": id,
        "object": "file",
        "created": call.now,
        "expires_at": call.now + LIFETIME if call.given["purpose"] == EVIDENCE else None,
        "filename": uploaded.filename,
        "links": sub_list(f"/v1/file_links?file={id}", []),
        "purpose": call.given["purpose"],
        "size": len(uploaded.content),
        "title": None,
        "type": type or (named if "." in uploaded.filename else None),
        "url": f"https://files.stripe.com/v1/files/{id}/contents",
    }
