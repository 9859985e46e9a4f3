/**
 * The shapes of what the server answers about records and the log, as far as the endpoint uses them.
 *
 * An answer of another shape cannot be read; whether its content is true is checked elsewhere, by
 * signatures. Members that are not named here are left alone.
 * @module
 */
import { CryptoError } from "../crypto/errors.js";
import { b64u, boolean, int, list, members, nullable, oneOf, partition, refuse, text, uuid } from "../crypto/schemas.js";
import { ApiError } from "./errors.js";

/** @typedef {import("../crypto/schemas.js").Check} Check */

const MOST_TEXT = 2 ** 28;
const anyText = text(0, MOST_TEXT);

/** @type {Check} a long text: its characters are not counted one by one */
const long = (value) => {
  if (typeof value !== "string" || value.length > MOST_TEXT) refuse("text expected");
};

/** @param {Record<string, Check>} required @returns {Check} an object that has at least these members */
function having(required) {
  return (value) => {
    const own = members(value);
    for (const [name, check] of Object.entries(required)) {
      if (!Object.hasOwn(own, name)) refuse(`${name} is missing`);
      check(own[name]);
    }
  };
}

/** @type {Check} */
const textByPartition = (value) => {
  for (const [name, one] of Object.entries(members(value))) {
    partition(name);
    long(one);
  }
};

const proof = having({ index: int(), size: int(), path: list(anyText), checkpoint: anyText });
const answer = having({ answer: long, tickets: list(long), proofs: list(proof) });
const object = having({ digest: anyText, manifest: long, document: nullable(long), partitions: textByPartition });
const event = having({ number: int(1), event: (value) => void members(value), salt: anyText, proof: nullable(proof) });
const stream = having({ source: text(1, 16), stream: nullable(uuid), length: int(), events: list(event) });
const record = having({
  record: uuid, owner: uuid, owner_name: anyText, version: int(1), manifest: anyText, date: int(),
  partitions: list(partition),
});

const directory = having({
  member: uuid, name: anyText, role: anyText, state: anyText, registrations: list(long), checked: anyText,
  joined: nullable(int()),
});
const delegation = having({ member: uuid, partition, epoch: int(1) });
const share = having({ partition, epoch: int(1) });
const authority = having({ role: anyText, issuer: b64u(32), name: anyText });
const keyRequest = having({
  id: uuid, statement: long, owner: uuid, asker: uuid, asker_name: anyText, asker_login: anyText, asker_role: anyText,
  asker_checked: anyText, partitions: list(partition), purpose: anyText, reason: anyText, asked: int(),
  state: anyText, answered: nullable(int()),
});

const credential = having({
  role: text(1, 32), issuer: anyText, issuer_name: anyText, organisation: anyText, valid_from: int(), valid_until: int(),
  revoked: boolean, nodes: list(int(1)),
});

const addable = having({ owner: uuid, owner_name: anyText, partitions: list(partition) });
const proposal = having({
  record: uuid, author: uuid, author_name: anyText, author_login: anyText, author_role: anyText, author_checked: anyText,
  manifest: long, digest: anyText, offered: int(), partitions: list(partition),
});
const offered = having({
  record: uuid, owner: uuid, owner_name: anyText, offered: int(), state: anyText, answered: nullable(int()),
});

const post = having({ organisation: anyText, city: anyText, department: anyText, speciality: anyText, title: anyText });
const provider = having({ member: uuid, name: anyText, role: anyText, login: anyText, posts: list(post) });
const leaving = having({
  ends_membership: boolean, asked: int(), by: anyText, receipts: list(long), nodes: int(1), finished: nullable(int()),
});
const staff = having({
  id: uuid, member: uuid, name: anyText, login: anyText, role: anyText, department: anyText, title: anyText,
  administrator: boolean, since: int(), until: nullable(int()), state: oneOf("current", "leaving", "left"),
  leaving: nullable(leaving), acts_for: int(),
});
const activation = having({
  id: uuid, name: anyText, role: anyText, department: anyText, title: anyText, email: anyText, administrator: boolean,
  issued: int(), issued_by: anyText, expires: int(),
});
const leaver = having({
  id: uuid, member: uuid, name: anyText, role: anyText, organisation: anyText, time: int(), ends_membership: boolean,
  finished: boolean,
});

const way = having({ way: anyText, record: uuid, partitions: list(partition), signers: int() });
const emergency = having({
  id: uuid, owner: uuid, owner_name: anyText, asker: uuid, asker_name: anyText, asker_role: anyText,
  colleague_name: anyText, request: long, reason: anyText, asked: int(), cosigns: list(long),
});
const notice = having({
  id: uuid, kind: anyText, asker: uuid, asker_name: anyText, at: int(), until: int(), reason: anyText,
  signers: list(having({ id: uuid, name: anyText })), seen: nullable(int()), review: anyText,
});

const guardian = having({ id: uuid, member: uuid, name: anyText, login: anyText, since: nullable(int()), mine: boolean });
const dependant = having({ member: uuid, login: anyText, name: anyText, state: anyText, since: int(), guardians: list(guardian), hand_over: nullable(having({ since: int(), expires: int(), by: anyText, begun: boolean })) });
const invitation = having({
  id: uuid, dependant: uuid, name: anyText, by: anyText, by_login: anyText, by_member: uuid, by_registrations: list(long),
  registrations: list(long), enc: anyText, ciphertext: anyText, statement: nullable(long),
});

const slot = (/** @type {unknown} */ value) => void members(value);

const SHAPES = {
  dependants: having({ dependants: list(dependant), invitations: list(invitation), ready: boolean }),
  offered: having({ expires: int() }),
  offerFound: having({
    member: uuid, login: anyText, name: anyText, by: anyText, slot, registrations: list(long), begun: boolean, seq: int(), former: list(slot),
  }),
  takenOver: having({ member: uuid }),
  guardianFound: having({ member: uuid, name: anyText, role: anyText, registrations: list(long), statement: long }),
  guardianship: having({ id: uuid }),
  guardianSlot: having({ slot, registrations: list(long) }),
  activation: having({ organisation: anyText, department: anyText, name: anyText, role: anyText, title: anyText, email: anyText }),
  codes: having({ codes: list(activation) }),
  newCode: having({ id: uuid, code: text(1, 64), name: anyText, role: anyText, expires: int() }),
  leavers: having({ notices: list(leaver) }),
  organisation: having({ id: uuid, name: anyText, city: anyText, departments: list(having({ id: uuid, name: anyText, speciality: anyText })) }),
  providers: having({ providers: list(provider), more: boolean, too_many: boolean }),
  removal: having({ ends_membership: boolean, elsewhere: int(), acts_for: int() }),
  staff,
  staffPage: having({ staff: list(staff), total: int(), more: boolean }),
  work: having({ listed: boolean, notified: boolean, posts: list(post) }),
  addable: having({ addable: list(addable) }),
  answered: having({ record: uuid, state: anyText, receipts: list(long) }),
  proposals: having({ incoming: list(proposal), outgoing: list(offered) }),
  acl: having({ acl: nullable(long), delegations: list(delegation), standing: list(share) }),
  authorities: having({ authorities: list(authority) }),
  lists: having({ lists: list(long) }),
  inForce: having({ seq: int(1), receipts: list(long), effective: boolean }),
  keyRequest: having({ request: uuid }),
  keyRequests: having({ incoming: list(keyRequest), outgoing: list(keyRequest) }),
  keyRequestState: having({ request: uuid, state: anyText }),
  parameters: having({ member: uuid }),
  openable: having({ owner: uuid, owner_name: anyText, ways: list(way) }),
  emergency,
  emergencies: having({ asked: list(emergency), waiting: list(emergency) }),
  notice,
  notices: having({ notices: list(notice) }),
  access: having({ answers: list(answer), objects: list(object) }),
  activity: having({ streams: list(stream), checkpoint: anyText }),
  attachment: having({ size: int(), root: anyText }),
  consistency: having({ path: list(anyText), checkpoint: anyText }),
  credentials: having({ said: list(credential) }),
  directory,
  deposited: having({ record: uuid, version: int(1), receipts: list(long) }),
  receipts: having({ receipts: list(long) }),
  records: having({ records: list(record) }),
  registrations: having({ registrations: list(long) }),
  session: having({ id: uuid, share: anyText, former: list(slot) }),
  signedIn: having({ member: having({ id: uuid }), slot, share: anyText, former: list(slot) }),
  reported: having({ reported: oneOf(true) }),
  upload: having({ received: int() }),
};

/**
 * @param {keyof typeof SHAPES} name
 * @param {unknown} value what the server answered
 * @returns {any} the same value
 * @throws {ApiError} `unreadable`
 */
export function read(name, value) {
  try {
    SHAPES[name](value);
  } catch (error) {
    if (error instanceof CryptoError) throw new ApiError(0, "unreadable", `${name}: ${error.message}`);
    throw error;
  }
  return value;
}
