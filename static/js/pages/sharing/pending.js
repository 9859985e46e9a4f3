/** A list that was signed on this device and is not acknowledged yet: sent again first, and said. @module */
import { Integrity, Locked, SignedOut } from "../../endpoint/errors.js";
import { resume, waits } from "../../endpoint/sharing.js";
import { clone, onAction } from "../../ui/dom.js";
import { failed } from "../../ui/states.js";
import { confirmedWords } from "./words.js";

/** @typedef {import("../../endpoint/session.js").Session} Session */

/**
 * Send what waits, and say in `place` what became of it; says nothing when nothing waited.
 * @param {HTMLElement} place
 * @param {Session} session
 * @param {() => Promise<void>} [changed] called when it was sent or dropped later, by a press
 * @throws {Integrity} a red stop
 */
export async function sendWaiting(place, session, changed) {
  if (!(await waits(session))) return;
  try {
    const found = await resume(session);
    if (found === null) return;
    if (found === "dropped") return place.replaceChildren(clone("t-list-dropped"));
    place.replaceChildren(clone("t-list-sent", { text: confirmedWords(found.receipts) }));
  } catch (error) {
    if (error instanceof Integrity || error instanceof Locked || error instanceof SignedOut) throw error;
    place.replaceChildren(stillWaits(place, session, changed));
  }
}

/** @param {HTMLElement} place @param {Session} session @param {(() => Promise<void>) | undefined} changed @returns {HTMLElement} */
function stillWaits(place, session, changed) {
  const note = clone("t-list-waits");
  const send = async () => {
    try {
      await sendWaiting(place, session, changed);
      if (!(await waits(session))) await changed?.();
    } catch (error) {
      failed(place, error);
    }
    place.querySelector("button")?.focus();
  };
  onAction(note, { send: () => void send() });
  return note;
}
