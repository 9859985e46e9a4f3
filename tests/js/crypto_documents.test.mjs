import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { collect, kernel, octets, uuid } from "./bundle.mjs";

const { attachments, bytes, document, encoding, envelope, keys, statements, CryptoError, DecodingError, OpenError } = kernel;
const owner = keys.MemberKeys.fromSeed(new Uint8Array(32).fill(3));
const place = { deployment: "demo", owner: uuid(1), record: uuid(2), version: 1 };
const PLAIN = { medical: "<m>blood</m>", personal: "<p>Ada</p>" };

async function sealed(plain = PLAIN) {
  const drafts = Object.entries(plain).map(([name, text]) => {
    const own = owner.partition(name, 1);
    return { encapsulation: envelope.encapsulatePartition(place, name, 1, own.public), plaintext: octets(text), w: own.wrap };
  });
  const made = await envelope.encryptRecord(place, drafts, { author: place.owner, authorKeys: owner, iat: 1, previous: null });
  return { ...made, manifestPayload: encoding.parseIjson(made.payload) };
}

const wrapKeys = () => new Map(Object.keys(PLAIN).map((name) => [name, { w: owner.partition(name, 1).wrap }]));
const made = await sealed();
const text = bytes.utf8Text(made.document);
const read = (changed) => envelope.readDocument(octets(changed), made.manifestPayload, wrapKeys());
const refused = (changed) => assert.rejects(read(changed), OpenError);

test("what was sealed is read back, whatever the prefixes", async () => {
  const renamed = text.replaceAll("xenc:", "e:").replaceAll("xmlns:xenc", "xmlns:e").replaceAll("ds:", "d.s-1:").replaceAll("xmlns:ds", "xmlns:d.s-1");
  const bare = text.replace(/<record xmlns="([^"]*)">/, '<r:record xmlns:r="$1">').replace("</record>", "</r:record>");
  for (const one of [text, renamed, bare, `<?xml version='1.0' encoding="utf-8"?>${text}`, text.replace(' Type="', "\n Type = \"")]) {
    const plain = await read(one);
    assert.equal(bytes.utf8Text(plain.get("medical")), PLAIN.medical);
  }
});

test("anything else in the shell is refused", async () => {
  const changes = [
    `\ufeff${text}`, ` ${text}`, `${text}\n`, `${text}<!-- -->`, `<?xml version="1.1"?>${text}`, `<?xml version="1.0"?>\n${text}`,
    `<?xml version="1.0" encoding="UTF-16"?>${text}`, `<?xml version="1.0" standalone="yes"?>${text}`, `<?xml encoding="UTF-8"?>${text}`,
    `<!DOCTYPE record>${text}`, `<!DOCTYPE record [<!ENTITY a "b">]>${text}`, `<?a b?>${text}`,
    text.replace("<record ", '<record lang="en" '), text.replace("<record ", '<record xml:lang="en" '),
    text.replace("</record>", " </record>"), text.replace("</record>", "<x/></record>"), text.replace("</record>", "<!--x--></record>"),
    text.replace("</record>", "<![CDATA[]]></record>"), text.replace("</record>", "&#32;</record>"),
    text.replace("<xenc:CipherValue>", "<xenc:CipherValue>&#65;"), text.replace("<xenc:CipherValue>", "<xenc:CipherValue><!---->"),
    text.replace("<xenc:CipherValue>", "<xenc:CipherValue>\n"), text.replace("<xenc:CipherValue>", '<xenc:CipherValue Id="a">'),
    text.replace("</xenc:CipherValue>", "=</xenc:CipherValue>"), text.replace("</xenc:CipherValue>", "<a/></xenc:CipherValue>"),
    text.replace("</xenc:CipherValue>", "</xenc:CipherValue><xenc:CipherValue></xenc:CipherValue>"),
    text.replace('Id="p-medical"', 'xenc:Id="p-medical"'), text.replace('Id="p-medical"', 'Id="p-personal"'), text.replace('Id="p-medical"', 'Id="medical"'),
    text.replace('Id="p-medical"', 'Id="p-medical" Id="p-medical"'), text.replace(' Id="p-medical"', ""), text.replace('Id="p-medical"', 'Id="p-medical" MimeType="a"'),
    text.replace("xmlenc#Element", "xmlenc#Content"), text.replace("aes256-gcm", "aes128-gcm"), text.replace("kw-aes256", "kw-aes192"),
    text.replace("<ds:KeyInfo", "<ds:KeyInfo Id='a'"), text.replace("<xenc:EncryptedKey>", "<xenc:EncryptedKey Recipient='a'>"),
    text.replace(/<ds:KeyInfo.*?<\/ds:KeyInfo>/, "$&$&"), text.replace(/(<ds:KeyInfo.*?<\/ds:KeyInfo>)(<xenc:CipherData>.*?<\/xenc:CipherData>)/, "$2$1"),
    text.replace("</xenc:EncryptedKey>", "</xenc:EncryptedKey><ds:KeyName/>"), text.replace("xmlns:ds=", "xmlns:dt="),
    text.replace(' xmlns:xenc="http://www.w3.org/2001/04/xmlenc#"', ""), text.replace("urn:sesphr:phr:1", "urn:sesphr:phr:2"), text.replaceAll("record", "Record"), text.replace('"urn:sesphr', '"\ufeffurn:sesphr'), text.replace("xmlenc#\"", "xmlenc#\u2028\""),
    text.replace("<xenc:EncryptionMethod", "<xenc:EncryptionMethod Extra='1'"), text.replace(/(<xenc:EncryptionMethod[^>]*)\/>/, "$1> </xenc:EncryptionMethod>"),
    text.replace(/<xenc:EncryptedData.*?<\/xenc:EncryptedData>/, ""), text.replace(/<xenc:EncryptedData.*?<\/xenc:EncryptedData>/, "$&$&"),
    text + text, text.slice(0, -1), text.slice(1), "", "<", "record", `<record xmlns="urn:sesphr:phr:1"/>`, "<a>".repeat(100_000), `${text}\u0000`,
  ];
  for (const [i, changed] of changes.entries()) {
    assert.notEqual(changed, text, `change ${i} changes nothing`);
    await refused(changed);
  }
});

test("octets that are not UTF-8, and documents beyond 32 MiB, are refused", async () => {
  const broken = made.document.slice();
  broken[40] = 0xff;
  await assert.rejects(envelope.readDocument(broken, made.manifestPayload, wrapKeys()), OpenError);
  const huge = new Uint8Array(32 * 1024 * 1024 + 1).fill(0x41);
  await assert.rejects(envelope.readDocument(huge, made.manifestPayload, wrapKeys()), OpenError);
});

test("every single change of a character is refused or changes nothing that is read", async () => {
  await fc.assert(fc.asyncProperty(fc.nat(text.length - 1), fc.constantFrom(..."Aa0+/= <>&\"'\n-!?\u00e9"), async (at, mark) => {
    try {
      const plain = await read(text.slice(0, at) + mark + text.slice(at + 1));
      for (const [name, value] of plain) assert.equal(bytes.utf8Text(value), PLAIN[name]);
    } catch (error) {
      assert.ok(error instanceof OpenError, String(error?.stack));
    }
  }), { numRuns: 400 });
});

test("a manifest of another record, changed or malformed, opens nothing", async () => {
  const other = await sealed({ medical: "<m>other</m>", personal: "<p>Eve</p>" });
  await assert.rejects(envelope.readDocument(made.document, other.manifestPayload, wrapKeys()), OpenError);
  for (const change of [{ version: 0 }, { partitions: {} }, { partitions: null }, { suite: "x" }, { extra: 1 }]) {
    await assert.rejects(envelope.readDocument(made.document, { ...made.manifestPayload, ...change }, wrapKeys()), OpenError);
  }
  await assert.rejects(envelope.readDocument(made.document, null, wrapKeys()), OpenError);
  await assert.rejects(read(text).then(() => envelope.readDocument(made.document, made.manifestPayload, new Map([["insurance", { k: new Uint8Array(32) }]]))), OpenError);
});

test("a contributor's document carries no key, and its manifest neither date nor window", async () => {
  const own = owner.partition("medical", 1);
  const draft = { encapsulation: envelope.encapsulatePartition(place, "medical", 1, own.public), plaintext: octets("<a/>"), w: own.wrap };
  const authorKeys = keys.MemberKeys.fromSeed(new Uint8Array(32).fill(4));
  const authorship = { author: uuid(9), authorKeys, iat: 1, previous: null };
  const contributed = await envelope.encryptRecord(place, [draft], authorship);
  assert.ok(!bytes.utf8Text(contributed.document).includes("EncryptedKey"));
  await assert.rejects(envelope.encryptRecord(place, [draft], { ...authorship, extra: { date: 1 } }), CryptoError);
  await assert.rejects(envelope.encryptRecord(place, [draft, draft], authorship), DecodingError);
  await assert.rejects(envelope.encryptRecord({ ...place, version: 2 }, [draft], authorship), DecodingError);
});

test("a plaintext is one element, and nothing but it", () => {
  const nested = (depth) => "<a>".repeat(depth) + "</a>".repeat(depth);
  for (const good of ["<a/>", "<a><!-- x --><![CDATA[<]]></a>", '<x:a xmlns:x="urn:x" x:b="1"/>', nested(64), "<a>&amp;&#x1F600;</a>", "<é/>"]) {
    document.checkElement(octets(good));
  }
  const bad = [
    "", " ", "a", " <a/>", "<a/>\n", "\ufeff<a/>", '<?xml version="1.0"?><a/>', "<?p?><a/>", "<a><?p?></a>", "<!-- --><a/>", "<a/><!-- -->",
    "<!DOCTYPE a><a/>", "<a/><b/>", "<x:a/>", '<a x:b="1"/>', "<a>&b;</a>", "<a b=1/>", '<a b="1" b="2"/>', "<a>\u0001</a>", "<a>&#0;</a>", "<a>]]></a>",
    '<a b="<"/>', "<a><!-- -- --></a>", "<a></b>", "<a", nested(65), '<a xmlns:b=""/>', '<a xmlns:xmlns="u"/>', '<a xmlns:xml="u"/>', "<a>\ufffe</a>",
    '<a xmlns:p="u" xmlns:q="u" p:b="1" q:b="2"/>', "<a:b:c/>", "<a>&#xD800;</a>",
    '<a xmlns="u "/>', '<a xmlns:b="\nu"/>', "<a\u0132/>", '<a \u0132="1"/>', "<\u{10000}/>", '<x:-a xmlns:x="u"/>',
  ];
  for (const one of bad) assert.throws(() => document.checkElement(octets(one)), OpenError, one);
});

test("an element of 30 MB is sealed and opened within seconds", async () => {
  const big = `<a>${"0123456789abcdef".repeat(1_300_000)}</a>`;
  const large = await sealed({ medical: big });
  const plain = await envelope.readDocument(large.document, large.manifestPayload, new Map([["medical", { w: owner.partition("medical", 1).wrap }]]));
  assert.equal(plain.get("medical").length, big.length);
  await assert.rejects(sealed({ medical: `<a>${"0".repeat(26_000_000)}</a>` }), OpenError);
});

test("attachments open in any pieces, at any offset, and never when changed", async () => {
  const k = new Uint8Array(32).fill(9);
  const plain = new Uint8Array(150_000).map((_, i) => i * 31);
  const sealer = new attachments.AttachmentSealer(k, uuid(3));
  const stream = await collect(sealer.seal([plain.subarray(0, 1), plain.subarray(1, 70_000), plain.subarray(70_000)]));
  const expected = { size: sealer.size, root: sealer.root };
  await fc.assert(fc.asyncProperty(fc.array(fc.integer({ min: 1, max: stream.length - 1 }), { maxLength: 6 }), fc.nat(149_999), fc.integer({ min: 1, max: 150_000 }), async (cuts, offset, length) => {
    const edges = [0, ...cuts.sort((a, b) => a - b), stream.length];
    const parts = edges.slice(1).map((to, i) => stream.subarray(edges[i], to));
    assert.deepEqual(await collect(attachments.openStream(k, uuid(3), parts, expected)), plain);
    const taken = Math.min(length, plain.length - offset);
    const range = attachments.openRange(k, uuid(3), (from, to) => stream.subarray(from, to), { offset, length: taken, size: stream.length });
    assert.deepEqual(await collect(range), plain.slice(offset, offset + taken));
  }), { numRuns: 20 });
  await fc.assert(fc.asyncProperty(fc.nat(stream.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
    const changed = stream.slice();
    changed[at] ^= mask;
    await assert.rejects(collect(attachments.openStream(k, uuid(3), [changed])), OpenError);
    await assert.rejects(collect(attachments.openStream(k, uuid(3), [stream.subarray(0, at)])), OpenError);
  }), { numRuns: 20 });
  await assert.rejects(collect(sealer.seal([plain])), DecodingError);
});

test("sizes and parts that no attachment has are refused", () => {
  for (const size of [0, 15, 65552 + 15, 65552 + 16, -1, 1.5, NaN, "16", 2 ** 52]) assert.throws(() => attachments.plainLayout(size), OpenError);
  assert.deepEqual(attachments.plainLayout(16), { chunks: 1, length: 0 });
  for (const [offset, length] of [[0, 0], [0, 11], [10, 1], [-1, 1], [0.5, 1], [2 ** 53, 1], [9, 2 ** 53 - 1]]) {
    assert.throws(() => attachments.chunkRange(offset, length, 26), OpenError);
  }
});

test("a hostile header, signature or payload never gets as far as a result", () => {
  const payload = encoding.canonicalJson({ ...made.manifestPayload });
  const jws = statements.sign(owner, "sesphr-manifest", payload);
  const directory = new Map([[place.owner, owner.verification]]);
  const check = (text, typ = "sesphr-manifest") => statements.verify(text, { typ, deployment: "demo", directory });
  assert.equal(check(jws).issuer, place.owner);
  fc.assert(fc.property(fc.nat(jws.length - 1), fc.constantFrom(..."Aa0-_.=+/ \n"), (at, mark) => {
    const changed = jws.slice(0, at) + mark + jws.slice(at + 1);
    if (changed !== jws) assert.throws(() => check(changed), CryptoError);
  }), { numRuns: 300 });
  for (const bad of [null, undefined, 5, {}, "", "..", "a.b", `${jws}.`, ` ${jws}`]) assert.throws(() => check(bad), CryptoError);
  for (const typ of ["sesphr-accept", "sesphr-deletion", "sesphr-emergency-cosign", "JWT", "__proto__", null]) {
    assert.throws(() => check(jws, typ), CryptoError);
    assert.throws(() => statements.sign(owner, typ, payload), CryptoError);
  }
});
