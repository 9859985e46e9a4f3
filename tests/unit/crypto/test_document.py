"""The shell: every odd writing is refused, every right one read."""

import base64
import hashlib

import pytest

from sesphr.crypto.document import EncryptedPart, build_document, check_element, parse_document
from sesphr.crypto.encoding import b64u_encode
from sesphr.crypto.errors import OpenError

PARTS = {
    "medical": EncryptedPart(bytes(range(40)), bytes(40)),
    "personal": EncryptedPart(b"\xff" * 29),
}
RIGHT = build_document(PARTS).decode()
VALUE = base64.b64encode(bytes(range(40))).decode()


def refused(text, expected=("medical", "personal")):
    with pytest.raises(OpenError):
        parse_document(text if isinstance(text, bytes) else text.encode(), expected)


def test_round_trip():
    assert parse_document(RIGHT.encode(), PARTS.keys()) == PARTS
    assert parse_document(RIGHT.encode(), ["personal", "medical"]) == PARTS


def test_manifest_entries_are_checked():
    entries = {
        name: {
            "size": len(part.cipher_octets),
            "digest": b64u_encode(hashlib.sha256(part.cipher_octets).digest()),
        }
        for name, part in PARTS.items()
    }
    assert parse_document(RIGHT.encode(), {"suite": "s", "partitions": entries}) == PARTS
    entries["medical"]["size"] += 1
    with pytest.raises(OpenError):
        parse_document(RIGHT.encode(), entries)


@pytest.mark.parametrize(
    "change",
    [
        lambda t: '<?xml version="1.0"?>' + t,
        lambda t: '<?xml version="1.0" encoding="utf-8"?>' + t,
        lambda t: t.replace("xenc:", "e:").replace("xmlns:xenc", "xmlns:e"),
        lambda t: t.replace('Id="p-medical"', "Id = 'p-medical'"),
        lambda t: t.replace("<record ", '<record xmlns:unused="urn:x" '),
        lambda t: t.replace('gcm"/>', 'gcm"></xenc:EncryptionMethod>'),
        lambda t: t.replace("<xenc:CipherData>", "<xenc:CipherData\n>"),
        lambda t: t.replace("<record xmlns", "<r:record xmlns:r").replace("</record", "</r:record"),
    ],
)
def test_other_right_writings(change):
    assert change(RIGHT) != RIGHT
    assert parse_document(change(RIGHT).encode(), PARTS.keys()) == PARTS


@pytest.mark.parametrize(
    "change",
    [
        lambda t: "\ufeff" + t,
        lambda t: t + "\n",
        lambda t: " " + t,
        lambda t: t + "<!-- -->",
        lambda t: "<!-- -->" + t,
        lambda t: t + t,
        lambda t: t + "\0",
        lambda t: t[:-1],
        lambda t: '<?xml version="1.0" encoding="UTF-8"?>\n' + t,
        lambda t: '<?xml version="1.1"?>' + t,
        lambda t: '<?xml version="1.0" encoding="ISO-8859-1"?>' + t,
        lambda t: '<?xml version="1.0" encoding="UTF-16"?>' + t,
        lambda t: '<?xml version="1.0" standalone="yes"?>' + t,
        lambda t: ' <?xml version="1.0"?>' + t,
        lambda t: "<?pi x?>" + t,
        lambda t: t.replace("<xenc:CipherData>", "<?pi x?><xenc:CipherData>", 1),
        lambda t: "<!DOCTYPE record>" + t,
        lambda t: '<!DOCTYPE r [<!ENTITY e "x">]>' + t,
        lambda t: t.replace("</record>", "<!-- x --></record>"),
        lambda t: t.replace("</record>", " </record>"),
        lambda t: t.replace("</record>", "x</record>"),
        lambda t: t.replace("</record>", "<x/></record>"),
        lambda t: t.replace("<record ", '<record a="b" '),
        lambda t: t.replace("<record ", '<record xml:lang="en" '),
        lambda t: t.replace("urn:sesphr:phr:1", "urn:sesphr:phr:1 "),
        lambda t: t.replace(' xmlns="urn:sesphr:phr:1"', ""),
        lambda t: t.replace("<xenc:CipherData>", '<xenc:CipherData xml:space="preserve">', 1),
        lambda t: t.replace("<xenc:CipherData>", '<xenc:CipherData Id="x">', 1),
        lambda t: t.replace("<xenc:CipherData>", '<xenc:CipherData xmlns:xenc="urn:other">', 1),
        lambda t: t.replace("<xenc:CipherData>", "<xenc:CipherData> ", 1),
        lambda t: t.replace('Id="p-medical"', 'Id="p-medical" MimeType="text/xml"'),
        lambda t: t.replace('Id="p-medical"', 'xenc:Id="p-medical"'),
        lambda t: t.replace('Id="p-medical"', 'Id="p-medical" xenc:Id="p-medical"'),
        lambda t: t.replace('Id="p-medical"', 'Id="p-medical" Id="p-medical"'),
        lambda t: t.replace('Id="p-medical"', 'id="p-medical"'),
        lambda t: t.replace('Id="p-medical"', 'Id=" p-medical"'),
        lambda t: t.replace('Id="p-medical"', 'Id="p-&#109;edical"'),
        lambda t: t.replace('Id="p-medical"', 'Id="p-personal"'),
        lambda t: t.replace('Id="p-medical"', 'Id="medical"'),
        lambda t: t.replace("xmlenc#Element", "xmlenc#Content"),
        lambda t: t.replace("aes256-gcm", "aes128-gcm"),
        lambda t: t.replace("kw-aes256", "kw-aes128"),
        lambda t: t.replace('gcm"/>', 'gcm"><x/></xenc:EncryptionMethod>'),
        lambda t: t.replace('gcm"/>', 'gcm"/> '),
        lambda t: t.replace(VALUE, "&#65;" + VALUE[1:]),
        lambda t: t.replace(VALUE, f"<![CDATA[{VALUE}]]>"),
        lambda t: t.replace(VALUE, VALUE[:20] + "\n" + VALUE[20:]),
        lambda t: t.replace(VALUE, VALUE.rstrip("=")),
        lambda t: t.replace(VALUE, VALUE + "===="),
        lambda t: t.replace(VALUE, VALUE[:20] + "<!---->" + VALUE[20:]),
        lambda t: t.replace(VALUE, VALUE[:20] + "&amp;" + VALUE[20:]),
        lambda t: t.replace(VALUE, base64.b64encode(bytes(27)).decode()),
        lambda t: t.replace(VALUE, ""),
        lambda t: t.replace(base64.b64encode(bytes(40)).decode(), base64.b64encode(bytes(48)).decode()),
        lambda t: t.replace("<ds:KeyInfo", "<ds:KeyInfo Id='k'"),
        lambda t: t.replace("</ds:KeyInfo>", "<ds:KeyName/></ds:KeyInfo>"),
        lambda t: t.replace("</ds:KeyInfo>", '</ds:KeyInfo><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>'),
        lambda t: t.replace("<xenc:EncryptedKey>", '<xenc:EncryptedKey Recipient="x">'),
        lambda t: t.replace("</xenc:EncryptedKey>", "<xenc:CarriedKeyName/></xenc:EncryptedKey>"),
        lambda t: t.replace("</xenc:EncryptedData></record>", "<xenc:EncryptionProperties/></xenc:EncryptedData></record>"),
        lambda t: t.encode("utf-16"),
        lambda t: t.encode() + b"\xff>",
        lambda t: "",
        lambda t: "<" * 1000 + ">",
        lambda t: "<a>" * 100_000 + ">",
        lambda t: t.replace("</record>", "<xenc:a xmlns:xenc='u'/>" * 100_000 + "</record>"),
        lambda t: b"<" + b" " * (32 * 1024 * 1024) + b">",
    ],
)  # fmt: skip
def test_refused_writings(change):
    assert change(RIGHT) != RIGHT
    refused(change(RIGHT))


def test_key_info_after_cipher_data_is_refused():
    start, end = RIGHT.index("<ds:KeyInfo"), RIGHT.index("</ds:KeyInfo>") + len("</ds:KeyInfo>")
    info = RIGHT[start:end]
    moved = RIGHT.replace(info, "").replace(
        "</xenc:EncryptedData>", info + "</xenc:EncryptedData>", 1
    )
    refused(moved)


def test_exactly_the_expected_partitions():
    refused(RIGHT, ["medical"])
    refused(RIGHT, ["medical", "personal", "lab"])
    refused(RIGHT, ["medical", "lab"])
    refused(RIGHT, [])


@pytest.mark.parametrize(
    "element",
    [
        b"<a/>", b'<a xmlns:x="u"><x:b/></a>', b"<a><!-- c --><![CDATA[ & ]]>&lt;&#65;</a>",
        "<é>✓</é>".encode(), b"<a>" * 64 + b"</a>" * 64, b'<a xml:lang="en"/>', b"<a\n/>", b"<a></a\n>",
    ],
)  # fmt: skip
def test_elements(element):
    assert check_element(element) == element


@pytest.mark.parametrize(
    "element",
    [
        b"", b"<", b"text", b"<a/><b/>", b"<a/>x", b" <a/>", b"<a/> ", b"<a/>\n", b"<!-- --><a/>",
        b"<a/><!-- -->", b'<?xml version="1.0"?><a/>', b"<?pi?><a/>", b"<a><?pi?></a>", b"<a/><?pi?>",
        b"<!DOCTYPE a><a/>", b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', b"<a>&e;</a>", b"<x:a/>",
        b"<a x:b='c'/>", b"<a b='1' b='2'/>", b'<a xmlns:x=""/>', b"<a>\xff</a>", b"<a>\xed\xa0\x80</a>",
        b"\xef\xbb\xbf<a/>", b"<a>\x00</a>", b"<a>&#0;</a>", b"<a>&#xD800;</a>", b"<a>", b"<a></b>",
        b"<a>" * 65 + b"</a>" * 65, b"<a>" * 100_000, "<a/>".encode("utf-16"), b"<a b=c/>",
        b"<a>]]></a>", b"<a b='<'/>", b"<![CDATA[x]]><a/>", b"<a/" + b" " * (32 * 1024 * 1024) + b">",
        None, "<a/>",
    ],
)  # fmt: skip
def test_no_elements(element):
    with pytest.raises(OpenError):
        check_element(element)
