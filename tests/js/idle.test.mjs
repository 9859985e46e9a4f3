/** The watch over an idle page: it locks in time, whatever the network does. */
import assert from "node:assert/strict";
import test from "node:test";

import { Session } from "../../static/js/endpoint/member.js";
import { watchIdle } from "../../static/js/ui/idle.js";

const seconds = (n) => n * 1000;

test("a call that hangs does not hold up the lock", async ({ mock }) => {
  mock.timers.enable({ apis: ["setInterval", "Date"], now: seconds(1_800_000_000) });
  const signs = new Map();
  globalThis.addEventListener = (name, listener) => signs.set(name, listener);
  globalThis.document = { addEventListener() {} };
  let asked = 0;
  globalThis.fetch = () => {
    asked += 1;
    return new Promise(() => {});
  };
  const session = new Session({ id: "00000000-0000-4000-8000-000000000001" }, {});
  session.open(new Uint8Array(32).fill(1), { share: "", idle_left: 10, idle_seconds: 60 });
  const ended = [];
  watchIdle(session, { onEnd: async (why) => { ended.push(why); session.close(); } });
  signs.get("keydown")();
  for (let n = 0; n < 11; n++) {
    mock.timers.tick(seconds(1));
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(asked, 1);
  assert.deepEqual(ended, ["away"]);
});
