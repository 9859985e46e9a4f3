/**
 * The account's modules as pages load them, for comparing them with the command line: one JSON object
 * a line on standard input and output, {"op", "args"} -> {"result"} | {"crashed": text}.
 */
import { createInterface } from "node:readline";

import { MemberKeys } from "../../static/js/crypto/keys.js";
import { fromHex, toHex } from "../../static/js/crypto/bytes.js";
import { handOver, makeSlot, openSlot, receivePublic, takeOver } from "../../static/js/crypto/guardian.js";
import { makeRecoverySlot } from "../../static/js/crypto/slots.js";
import { fingerprint } from "../../static/js/endpoint/fingerprint.js";
import { registration } from "../../static/js/endpoint/registration.js";

const keysOf = (seed) => MemberKeys.fromSeed(fromHex(seed));

const refusing = (work) => work.then(toHex, (error) => `refused: ${error.name}`);

const OPERATIONS = {
  guardianPublic: (seed) => toHex(receivePublic(fromHex(seed))),
  guardianSlot: (seed, guardian, options) => makeSlot(fromHex(seed), { ...options, guardianSeed: fromHex(guardian) }),
  openGuardianSlot: (slot, guardian, options) => refusing(openSlot(slot, { ...options, guardianSeed: fromHex(guardian) })),
  handOver: (seed, handing, key) => handOver(fromHex(seed), handing, fromHex(key)),
  takeOver: (seed, handing, handed) => refusing(takeOver(fromHex(seed), handing, handed)),
  fingerprint(seed) {
    const keys = keysOf(seed);
    const { digits, words, octets } = fingerprint(keys.verification, keys.receivePublic);
    return { digits, words, octets: toHex(octets) };
  },
  registration: (seed, options) => registration(keysOf(seed), options).jws,
  async recovery(seed, options) {
    const { slot, loginSecret, code } = await makeRecoverySlot(fromHex(seed), options);
    return { slot, code, login_secret: toHex(loginSecret) };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { op, args } = JSON.parse(line);
  let answer;
  try {
    answer = { result: await OPERATIONS[op](...args) };
  } catch (error) {
    answer = { crashed: String(error?.stack) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
