import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";

import { compressed } from "../../static/compress.mjs";
import { SESSION, loads } from "../../static/loads.mjs";

const output = (imports = [], entryPoint) => ({
  bytes: 1, inputs: {}, exports: [], entryPoint,
  imports: imports.map(([path, kind = "import-statement", external = false]) => ({ path, kind, external })),
});

test("a page loads what it imports, each once, and nothing that waits until it is asked for", () => {
  const found = loads({
    "js/pages/home.js": output([["js/b.js"], ["js/a.js"], ["js/later.js", "dynamic-import"], ["/x.js", "import-statement", true]], "static/js/pages/home.js"),
    "js/a.js": output([["js/b.js"]]),
    "js/b.js": output([["js/a.js"]]),
    "js/later.js": output([["js/b.js"], ["js/c.js"]], SESSION),
    "js/c.js": output(),
    "js/workers/w.js": output([["js/c.js"]], "static/js/workers/w.js"),
  });
  assert.deepEqual(found, { home: ["js/a.js", "js/b.js"], "": ["js/a.js", "js/b.js", "js/c.js", "js/later.js"] });
});

test("text gets a smaller copy, the same each time; what would not shrink gets none", async () => {
  const text = "let nothing = 0;\n".repeat(500);
  const noise = crypto.getRandomValues(new Uint8Array(4000));
  const made = new Map([["a.js", text], ["b.css", "p{}"], ["c.woff2", text], ["d.js", noise]]);
  const [first, second] = [await compressed(made), await compressed(made)];
  assert.deepEqual([...first.keys()], ["a.js.gz"]);
  assert.equal(gunzipSync(first.get("a.js.gz")).toString(), text);
  assert.deepEqual(first, second);
});
