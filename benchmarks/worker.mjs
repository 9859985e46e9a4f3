/** Runs cases in a Worker of Chromium, on the bundle that pages load. */
import * as kernel from "/js/crypto/index.js";

import { Bench } from "./endpoint.mjs";

const bench = new Bench(kernel, async (size) => {
  const response = await fetch(`/plaintexts/${size}.xml`);
  if (!response.ok) throw new Error(`${size}.xml: HTTP ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
});

self.onmessage = async ({ data: { call, given } }) => {
  try {
    self.postMessage({ result: (await bench[call](...given)) ?? null });
  } catch (error) {
    self.postMessage({ error: error.stack });
  }
};
