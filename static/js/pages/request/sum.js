/** The sum of an answer: what the person could read if it is approved as ticked now. @module */
import { cellOf } from "../../endpoint/matrix.js";
import { clone, fill, onAction, slot } from "../../ui/dom.js";
import { list } from "../../ui/format.js";
import { t } from "../../ui/messages.js";
import { ordered, partName, partTile } from "../../ui/parts.js";
import { earlierOf, joiningWords } from "../sharing/terms.js";
import { lastDay, now, untilWords } from "../sharing/words.js";
import { holding } from "./facts.js";

/** @typedef {import("./facts.js").Facts} Facts */
/** @typedef {import("../sharing/terms.js").Terms} Terms */

/**
 * @param {HTMLElement} sum @param {Facts} facts @param {string[]} chosen partitions
 * @param {Terms | null} terms null while they cannot be used
 * @param {() => void} include chooses earlier records too
 */
export function drawSum(sum, facts, chosen, terms, include) {
  const { request } = facts.checked;
  const until = terms === null ? t("request.until-open") : untilWords(terms.until);
  const ends = terms === null ? until : terms.until === null ? untilWords(null) : lastDay(terms.until);
  const history = terms?.history ?? false;
  fill(sum, {
    "sum-who": chosen.length ? t("request.can-read", { name: request.asker_name }) : t("request.nothing-chosen"),
    "sum-parts": [...openItems(chosen), ...closedItems(facts, chosen)], "sum-until": ends,
    "sum-records": recordsWords(facts, history),
  });
  const words = { name: request.asker_name, parts: list(chosen.map(partName)), until, records: recordsWords(facts, history) };
  slot(sum, "live").textContent = chosen.length ? t("request.live", words) : t("request.live-nothing");
  drawNote(slot(sum, "sum-note"), facts, chosen, history, include);
}

/** @param {string[]} parts @returns {HTMLElement[]} */
export function openItems(parts) {
  return ordered(parts).map((part) => clone("t-sum-part", { tile: partTile(part, 28), name: partName(part) }));
}

/** @param {Facts} facts @param {string[]} chosen @returns {HTMLElement[]} what was asked for and is not given */
function closedItems({ checked: { request }, head }, chosen) {
  const rest = ordered(request.partitions.filter((name) => !chosen.includes(name)));
  return rest.map((partition) => {
    const open = cellOf(head.rules, request.asker, partition, now()).state === "shared";
    return clone("t-sum-closed", { name: t(open ? "request.stays-open" : "request.stays-closed", { part: partName(partition) }) });
  });
}

/** @param {Facts} facts @param {boolean} history @returns {string} which records, by their date */
export function recordsWords({ checked: { person }, records }, history) {
  const joined = person?.joined ?? null;
  return history || joined === null ? t("request.all-records") : t("request.from", { date: joiningWords(records, joined) });
}

/**
 * Say so when the answer would show nothing of what there is today: people expect it to.
 * @param {HTMLElement} place @param {Facts} facts @param {string[]} chosen @param {boolean} history @param {() => void} include
 */
function drawNote(place, { checked: { person }, records }, chosen, history, include) {
  const held = holding(records, chosen);
  const earlier = earlierOf(held, person?.joined ?? null);
  const nothing = !history && earlier !== null && earlier.after === 0;
  if (!nothing) return place.replaceChildren();
  // Drawn once, so that its button keeps the focus while other answers change.
  const text = t("request.sees-nothing", { n: held.length, date: joiningWords(held, earlier.joined) });
  const drawn = place.firstElementChild;
  if (drawn instanceof HTMLElement) return fill(drawn, { text });
  const note = clone("t-sees-nothing", { text });
  onAction(note, { include });
  place.replaceChildren(note);
}
