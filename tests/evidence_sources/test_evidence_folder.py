"""A folder of evidence is read whole, or refused with a sentence for everything that is wrong in it."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from processes import ROOT
from supply_samples import NOW, PDF, supplies

from chargebacks.errors import BadInput
from chargebacks.evidence_fields import FILE_FIELDS, MOST_FILE_BYTES, TEXT_FIELDS
from chargebacks.evidence_items import Supply
from evidence_sources.folder import read_file, read_folder

CSV = "at,what,ip,device,detail\n"


def folder(at: Path, contents: dict[str, str | bytes]) -> Path:
    """A folder with these files, by their path in it."""
    for name, content in contents.items():
        path = at / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return at


def refusal_of(path: Path) -> list[str]:
    with pytest.raises(BadInput) as refusal:
        read_folder(path)
    return str(refusal.value).splitlines()


class TestReading:
    def test_everything_in_it_is_read(self, tmp_path):
        """Texts, files, usage and the rest, each from its place."""
        read = read_folder(
            folder(
                tmp_path,
                {
                    "shipping_carrier.txt": "\ufeffUPS\r\n",
                    "shipping_documentation/label.pdf": PDF,
                    "shipping_documentation/photo.jpg": b"\xff\xd8",
                    "usage.csv": CSV + '2026-10-02T09:00:00+02:00,"signed in, again",192.0.2.7,,\n',
                    "supply.json": json.dumps(
                        {"facts": {"order_id": "1001"}, "fields": {"customer_name": "Jane Doe"}}
                    ),
                },
            )
        )
        assert read.supply.fields == {"shipping_carrier": "UPS", "customer_name": "Jane Doe"}
        assert read.supply.facts is not None
        assert read.supply.facts.order_id == "1001"
        (row,) = read.supply.usage
        assert (row.at.isoformat(), row.what) == ("2026-10-02T07:00:00+00:00", "signed in, again")
        assert (row.ip, row.device, row.detail) == ("192.0.2.7", None, "")
        assert [(file.field, file.name, file.content) for file in read.files] == [
            ("shipping_documentation", "label.pdf", PDF),
            ("shipping_documentation", "photo.jpg", b"\xff\xd8"),
        ]

    def test_the_example_is_one(self):
        """examples/orders/1001 can be given as it is."""
        read = read_folder(ROOT / "examples" / "orders" / "1001")
        assert len(read.supply.deliveries) == 1

    @given(supply=supplies.filter(lambda supply: supply != Supply()))
    def test_nothing_of_supply_json_is_lost(self, tmp_path_factory, supply):
        """What a program wrote by the contract is read as it is."""
        at = tmp_path_factory.mktemp("folder")
        (at / "supply.json").write_text(supply.model_dump_json(), encoding="utf-8")
        assert read_folder(at).supply == supply

    @given(
        texts=st.dictionaries(
            st.sampled_from(sorted(TEXT_FIELDS)),
            st.from_regex(r"[A-Za-zäß0-9]{1,40}", fullmatch=True),
            max_size=6,
        ),
        files=st.dictionaries(
            st.sampled_from(FILE_FIELDS),
            st.dictionaries(st.sampled_from("abc"), st.binary(min_size=1), min_size=1),
        ),
    )
    def test_every_text_and_every_file_is_there(self, tmp_path_factory, texts, files):
        """Whatever the fields are, all of it comes in under its own name."""
        at = tmp_path_factory.mktemp("folder")
        for name, text in texts.items():
            (at / f"{name}.txt").write_text(text, encoding="utf-8")
        for field, contents in files.items():
            (at / field).mkdir()
            for name, content in contents.items():
                (at / field / name).write_bytes(content)
        if not texts and not files:
            assert "holds no evidence" in refusal_of(at)[0]
            return
        read = read_folder(at)
        assert read.supply.fields == texts
        given_files = {(file.field, file.name): file.content for file in read.files}
        assert given_files == {(field, name): files[field][name] for field in files for name in files[field]}

    def test_usage_adds_to_what_supply_json_says(self, tmp_path):
        """Two logs are one list."""
        told = json.dumps({"usage": [{"at": NOW.isoformat(), "what": "ordered"}]})
        read = read_folder(
            folder(tmp_path, {"supply.json": told, "usage.csv": CSV + "2026-11-23T13:00:00Z,paid,,,\n"})
        )
        assert [row.what for row in read.supply.usage] == ["ordered", "paid"]

    @pytest.mark.parametrize(
        "text",
        [
            "at;what;ip\n2026-11-23T13:00:00Z;signed in, twice;192.0.2.7\n",
            '\ufeffAT, What ,ip\r\n2026-11-23 13:00:00+00:00,"signed in, twice",192.0.2.7\r\n\r\n',
        ],
    )
    def test_usage_as_spreadsheets_write_it(self, tmp_path, text):
        """Semicolons, byte order marks, spaces and blank lines are no mistakes."""
        (row,) = read_folder(folder(tmp_path, {"usage.csv": text})).supply.usage
        assert (row.what, row.ip) == ("signed in, twice", "192.0.2.7")

    def test_what_file_managers_leave_behind_is_passed_over(self, tmp_path):
        """Hidden files and thumbnails are nobody's evidence."""
        for name in (".DS_Store", "Thumbs.db", "desktop.ini"):
            (tmp_path / name).write_bytes(b"x")
        (tmp_path / "receipt").mkdir()
        (tmp_path / "receipt" / ".DS_Store").write_bytes(b"x")
        (tmp_path / "receipt" / "r.pdf").write_bytes(PDF)
        assert [file.name for file in read_folder(tmp_path).files] == ["r.pdf"]


class TestRefusals:
    @pytest.mark.parametrize(
        ("contents", "sentence"),
        [
            ({"shiping_carrier.txt": "UPS"}, "did you mean shipping_carrier?"),
            ({"receipt.txt": "paid"}, "receipt takes a file, not text"),
            ({"receipt.pdf": PDF}, "receipt.pdf: put it into a folder named receipt/."),
            ({"reciept/r.pdf": PDF}, "did you mean receipt?"),
            ({"shipping_carrier/r.pdf": PDF}, "shipping_carrier/ takes text, not a file"),
            ({"suply.json": "{}"}, "suply.json: did you mean supply.json?"),
            ({"notes.docx": "x"}, "notes.docx is out of place: there may be a folder per file field"),
            ({"receipt/old/r.pdf": PDF}, "receipt/old is no file: put files right into receipt/."),
            ({"receipt/r.pdf": b""}, "r.pdf is empty."),
            ({"shipping_carrier.txt": " \n"}, "shipping_carrier.txt holds no text"),
            ({"shipping_carrier.txt": b"\xff\xfe"}, "shipping_carrier.txt is not text in UTF-8"),
            ({"shipping_carrier.txt": "x" * 5_001}, "fields.shipping_carrier: has 5,001 characters"),
            ({"supply.json": "{"}, "supply.json is not JSON in UTF-8."),
            ({"supply.json": "[]"}, "supply.json: The supply must be an object, not a list."),
            ({"supply.json": '{"usage": [{"what": "x"}]}'}, "supply.json: usage[0].at: is required."),
            (
                {"supply.json": '{"fields": {"shipping_carrier": "UPS"}}', "shipping_carrier.txt": "DHL"},
                "shipping_carrier is given in supply.json and in shipping_carrier.txt: keep one.",
            ),
            ({"usage.csv": "what\nsigned in\n"}, "usage.csv has no column at"),
            ({"usage.csv": "at,what,colour\n"}, 'usage.csv has an unknown column "colour"'),
            (
                {"usage.csv": CSV + "2026-11-23,x,,,\n"},
                "usage.csv, line 2: at must be a time with its time zone",
            ),
            ({"usage.csv": CSV + "2026-11-23T10:00:00Z,,,,\n"}, "usage.csv, line 2: what must not be empty."),
            ({"usage.csv": CSV + "\n2026-11-23T10:00:00Z,a,b,c,d,e\n"}, "usage.csv, line 3: has more cells"),
            ({"usage.csv": CSV + '2026-11-23T10:00:00Z,"a"b,,,\n'}, "usage.csv, line 2:"),
            ({"usage.csv": CSV + "2026-11-23T10:00:00Z,x,,,\n" * 5_001}, "usage: has 5,001 entries"),
        ],
    )
    def test_each_mistake_has_a_sentence(self, tmp_path, contents, sentence):
        """It names the file and says what to do."""
        (told,) = refusal_of(folder(tmp_path, contents))
        assert sentence in told

    def test_all_mistakes_are_told_at_once(self, tmp_path):
        """One sentence each, so that they can be mended in one go; nothing is taken meanwhile."""
        told = refusal_of(
            folder(
                tmp_path,
                {
                    "carrier.txt": "UPS",
                    "notes.docx": "x",
                    "reciept/r.pdf": PDF,
                    "shipping_date.txt": "x" * 6_000,
                    "customer_name.txt": "Jane Doe",
                },
            )
        )
        assert len(told) == 4

    def test_a_folder_without_evidence_is_told_what_may_stand_in_it(self, tmp_path):
        """An empty folder is a mistake, not an empty supply."""
        assert "holds no evidence: there may be a folder per file field" in refusal_of(tmp_path)[0]
        (tmp_path / "receipt").mkdir()
        assert refusal_of(tmp_path) == ["receipt/ is empty: put its file in, or remove it."]

    def test_a_folder_that_is_none_is_told(self, tmp_path):
        """Missing, or a file."""
        assert "cannot be read: no such file or directory" in refusal_of(tmp_path / "nowhere")[0]

    def test_what_is_neither_file_nor_folder_is_never_opened(self, tmp_path):
        """A pipe would wait for ever."""
        os.mkfifo(tmp_path / "shipping_carrier.txt")
        assert refusal_of(tmp_path) == ["shipping_carrier.txt is neither a file nor a folder: remove it."]

    def test_a_file_above_the_limit_is_refused(self, tmp_path):
        """A limit on what is read into memory; one file by itself is read by the same rule."""
        path = tmp_path / "scan.pdf"
        path.write_bytes(b"x" * MOST_FILE_BYTES)
        assert len(read_file(path, field="receipt").content) == MOST_FILE_BYTES
        path.write_bytes(b"x" * (MOST_FILE_BYTES + 1))
        with pytest.raises(BadInput, match=r"scan\.pdf is larger than 20,000,000 bytes"):
            read_file(path, field="receipt")
