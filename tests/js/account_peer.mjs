/**
 * The account's modules as pages load them, for comparing them with the command line: one JSON object
 * a line on standard input and output, {"op", "args"} -> {"result"} | {"crashed": text}.
 */
import { createInterface } from "node:readline";

import { MemberKeys } from "../../static/js/crypto/keys.js";
import { fromHex, toHex } from "../../static/js/crypto/bytes.js";
import { handOver, makeSlot, openSlot, receivePublic, takeOver } from "../../static/js/crypto/guardian.js";
import { findOf, makeFormer, makeOffer, openFormer, openOffer } from "../../static/js/crypto/handover.js";
import { makeRecoverySlot } from "../../static/js/crypto/slots.js";
import { fingerprint } from "../../static/js/endpoint/fingerprint.js";
import { checkRegistrations } from "../../static/js/endpoint/people.js";
import { keyChange, registration } from "../../static/js/endpoint/registration.js";

const keysOf = (seed) => MemberKeys.fromSeed(fromHex(seed));

/** @param {[number, string][]} former with the epoch below which each seed holds */
const former = (given) => given.map(([below, seed]) => ({ below, seed: fromHex(seed) }));

const refusing = (work) => work.then(toHex, (error) => `refused: ${error.name}`);

const OPERATIONS = {
  guardianPublic: (seed) => toHex(receivePublic(fromHex(seed))),
  guardianSlot: (seed, guardian, options) => makeSlot(fromHex(seed), { ...options, guardianSeed: fromHex(guardian) }),
  openGuardianSlot: (slot, guardian, options) => refusing(openSlot(slot, { ...options, guardianSeed: fromHex(guardian) })),
  handOver: (seed, handing, key) => handOver(fromHex(seed), handing, fromHex(key)),
  takeOver: (seed, handing, handed) => refusing(takeOver(fromHex(seed), handing, handed)),
  findOf,
  offer: (seed, offered) => makeOffer(fromHex(seed), offered),
  openOffer: (slot, offered) => refusing(openOffer(slot, offered)),
  former: (given, seed, who) => makeFormer(former(given), { ...who, seed: fromHex(seed) }),
  openFormer: (slots, seed, who) => openFormer(slots, { ...who, seed: fromHex(seed) })
    .then((found) => found.map((one) => [one.below, toHex(one.seed)]), (error) => `refused: ${error.name}`),
  async keyChange(registrations, seed, given, { deployment, member, acl }) {
    const person = await checkRegistrations(deployment, member, registrations);
    const [old, kept] = [former(given).at(-1), former(given)];
    const by = MemberKeys.fromSeed(old.seed, kept.slice(0, -1));
    return keyChange(MemberKeys.fromSeed(fromHex(seed), kept), { old: by, deployment, person, acl });
  },
  async chain(registrations, deployment, member) {
    try {
      const found = await checkRegistrations(deployment, member, registrations);
      const epochs = Object.fromEntries([...found.partitions.keys()].map((name) => [name, found.epochs(name)]));
      return {
        verification: toHex(found.verification), key: found.key, seq: found.seq, epochs,
        former: found.former.map((one) => [toHex(one.verification), one.key]),
      };
    } catch (error) {
      return `refused: ${error.name}`;
    }
  },
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
