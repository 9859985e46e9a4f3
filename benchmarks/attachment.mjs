/**
 * A large file through the pages' own endpoint, for `benchmarks.attachment`: sealed into this device's
 * outbox, sent in pieces, fetched and opened again. The server keeps what it gets and knows nothing.
 */
import { AttachedFile } from "../static/js/endpoint/attached.js";
import { digestOf, sealAttachment } from "../static/js/endpoint/attachments.js";
import { Download } from "../static/js/endpoint/downloading.js";
import { Memory } from "../static/js/endpoint/memory.js";
import * as outbox from "../static/js/endpoint/outbox.js";
import { upload } from "../static/js/endpoint/uploading.js";

const K = crypto.getRandomValues(new Uint8Array(32));
const memory = new Memory(crypto.getRandomValues(new Uint8Array(32)));

/** The longest that the page could not answer, in milliseconds. */
let longest = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
}).observe({ type: "longtask" });

const held = {};

const STEPS = {
  async digest(file) {
    held.sha256 = (await digestOf(file)).toHex();
  },
  async seal(file) {
    held.parcel = await outbox.add(memory, "parcel", 1, async (store) => {
      held.entry = await sealAttachment(K, file, { store, onOctets() {} });
      return { attachments: [held.entry] };
    });
  },
  async send() {
    const { parcel, entry } = held;
    await upload(entry, { piece: (number) => outbox.piece(memory, parcel, entry.id, number), whole: () => outbox.blob(memory, parcel, entry.id) });
    await outbox.remove(memory, parcel);
  },
  async look(file) {
    const part = await opened(file).part(Math.floor(file.size / 2), 65536);
    if (part.length !== 65536) throw new Error("another part");
  },
  async open(file) {
    const blob = await opened(file).whole();
    if (blob.size !== file.size) throw new Error("another size");
  },
};

/** @param {File} file */
function opened({ size, name, type }) {
  const { entry, sha256 } = held;
  const download = new Download(entry.id, entry.size, { request: "", tickets: [] }, async () => { throw new Error("asked again"); });
  return new AttachedFile(K, entry, { name, type, size, sha256 }, { download, reporting: (check) => check() });
}

/** Begin a step; `globalThis.state` says when it is done, and how. */
globalThis.begin = (name) => {
  const [file] = document.querySelector("input").files;
  longest = 0;
  const started = performance.now();
  globalThis.state = null;
  STEPS[name](file).then(
    () => { globalThis.state = { seconds: (performance.now() - started) / 1000, longest }; },
    (error) => { globalThis.state = { failed: String(error?.stack ?? error), cause: String(error?.cause ?? "") }; },
  );
};
