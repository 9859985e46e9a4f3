/** Which entries are shown: by person, part, what happened and when. @module */
import { byId, el, fill, onAction, show } from "../../ui/dom.js";
import { t } from "../../ui/messages.js";
import { ordered, partName } from "../../ui/parts.js";
import { announce } from "../../ui/states.js";

/** @typedef {import("./entry.js").Entry} Entry */
/** @typedef {{person: string, part: string, kind: string, days: string}} Choice "" chooses everything */

/** @type {(keyof Choice)[]} */
const NAMES = ["person", "part", "kind", "days"];
const DAY = 86_400;
const MONTH = "30";

/** @param {keyof Choice} name @returns {HTMLSelectElement} */
const select = (name) => /** @type {HTMLSelectElement} */ (byId(`filter-${name}`));

/** @returns {Choice} */
function choice() {
  return { person: select("person").value, part: select("part").value, kind: select("kind").value, days: select("days").value };
}

/** @param {Entry} entry @param {Choice} chosen @param {number} now Unix seconds @returns {boolean} */
export function matches(entry, { person, part, kind, days }, now) {
  const time = days === "" || entry.time >= now - Number(days) * DAY;
  return time && (!person || entry.who === person || entry.other === person) && (!part || entry.parts.includes(part)) &&
    (!kind || entry.kind === kind);
}

/**
 * Fill the selects with what occurs, and tell of each change.
 * @param {Entry[]} entries
 * @param {(who: string) => {name: string}} names
 * @param {(shown: Entry[], chosen: Choice) => void} changed
 */
export function mountFilters(entries, names, changed) {
  options("person", [...new Set(entries.flatMap(({ who, other }) => (other === null ? [who] : [who, other])))], (who) => names(who).name);
  options("part", ordered(new Set(entries.flatMap((one) => one.parts))), partName);
  options("kind", [...new Set(entries.map((one) => one.kind))].sort(), (kind) => t(`act.kind.${kind}`));
  const now = Math.floor(Date.now() / 1000);
  const apply = () => {
    const chosen = choice();
    changed(entries.filter((one) => matches(one, chosen, now)), chosen);
  };
  for (const name of NAMES) select(name).addEventListener("change", () => { apply(); tell(); });
  onAction(byId("activity"), { clear: () => { reset(""); apply(); select("person").focus(); }, all: () => { reset(""); apply(); byId("entries-title").focus(); } });
  reset(entries.some((one) => matches(one, { person: "", part: "", kind: "", days: MONTH }, now)) ? MONTH : "");
  apply();
}

/** @param {string} days */
function reset(days) {
  for (const name of NAMES) select(name).value = name === "days" ? days : "";
}

/** @param {keyof Choice} name @param {string[]} values @param {(value: string) => string} word */
function options(name, values, word) {
  select(name).append(...values.map((value) => el("option", { value }, word(value))));
}

/** @returns {string} the chosen filters in words, "" for none */
function inWords() {
  return NAMES.filter((name) => select(name).value !== "").map((name) => select(name).selectedOptions[0].text).join(", ");
}

/**
 * Say how many of how many are shown, and which filter makes it so.
 * @param {number} shown @param {number} all @param {boolean} newest whether what matches goes on below
 */
export function drawSummary(shown, all, newest) {
  const filters = inWords();
  show(byId("filter-summary"), shown > 0 && shown < all);
  show(byId("filter-nothing"), shown === 0 && all > 0);
  fill(byId("filter-summary"), { "summary-text": t(newest ? "act.newest" : "act.filtered", { n: shown, all, filters }) });
  fill(byId("filter-nothing"), { "nothing-text": t("act.filtered-none", { filters }) });
}

/** Screen readers hear what changed. */
function tell() {
  announce(byId("filter-nothing").hidden ? byId("filter-summary").textContent ?? "" : byId("filter-nothing").textContent ?? "");
}
