/**
 * Who wrote what its owner did not write herself: the author's signature and the owner's accept were
 * checked when it was opened; names and roles are the directory's, the organisation is the certificate's.
 * @module
 */
import { credentialOf, stateOf } from "../../endpoint/credentials.js";
import { lookUp, nameOf, pins } from "../../endpoint/people.js";
import { date } from "../../ui/format.js";
import { t } from "../../ui/messages.js";
import { report } from "../../ui/states.js";
import { now, roleWord } from "../sharing/words.js";

/** @typedef {import("../../endpoint/opening.js").OpenedRecord} OpenedRecord */
/** @typedef {import("../../endpoint/session.js").Session} Session */
/** `organisation`: "" where no certificate that counts names one. @typedef {{name: string, role: string, organisation: string}} Writer */

/**
 * @param {Session} session @param {readonly OpenedRecord[]} opened
 * @returns {Promise<Map<string, Writer>>} by member id
 */
export async function writersOf(session, opened) {
  const authors = [...new Set(opened.flatMap(({ written }) => (written ? [written.author] : [])))];
  if (authors.length === 0) return new Map();
  const known = await pins(session);
  return new Map(await Promise.all(authors.map(async (author) => /** @type {const} */ ([author, await writer(session, author, nameOf(known[author]))]))));
}

/** @param {Session} session @param {string} author @param {{name: string, role: string} | null} called as approved @returns {Promise<Writer>} */
async function writer(session, author, called) {
  const [found, organisation] = await Promise.all([author === session.me.id ? session.me : lookUp(session, author), organisationOf(session, author)]);
  const { name, role } = called ?? found ?? { name: t("written.unknown"), role: "" };
  return { name, role, organisation };
}

/** @param {Session} session @param {string} author @returns {Promise<string>} */
async function organisationOf(session, author) {
  try {
    const said = await credentialOf(session, author);
    return said && stateOf(said, now()) === "valid" ? said.organisation : "";
  } catch (error) {
    // Who wrote it is known all the same.
    report(error);
    return "";
  }
}

/**
 * @param {import("./view.js").View} view @param {import("./reading.js").Shown} record
 * @returns {string} who wrote it and when its owner took it; "" for what she wrote herself
 */
export function writtenSentence({ writers, mode, name: owner }, { written }) {
  const by = written && writers.get(written.author);
  if (!written || !by) return "";
  const { name, organisation } = by;
  const role = roleWord(by.role);
  const who = role ? t(organisation ? "written.who-at" : "written.who", { name, role, organisation }) : name;
  if (written.accepted === null) return t("written.waits", { who });
  return t(mode === "own" ? "written.by" : "written.by-elsewhere", { who, owner, date: date(written.accepted) });
}
