/** The boxes of the summary: what matters first, what was measured, everything else. @module */

import { panels, points } from "../../reader/results.js";
import { byId, fill, show, slot } from "../../ui/dom.js";
import { t } from "../../ui/messages.js";
import { trend } from "./chart.js";
import { eventsPanel } from "./events.js";
import { fit } from "./fit.js";
import { listPanel } from "./lists.js";
import { resultsPanel, vitalsPanel } from "./measured.js";

/** @typedef {import("./view.js").View} View */
/** @typedef {import("./lists.js").Panel} Panel */
/** @typedef {import("../../reader/results.js").Test} Test */

const FIRST = /** @type {const} */ (["allergy", "problem", "medication"]);
const EVENTS = ["immunisation", "procedure", "encounter", "other", "document", "coverage", "claim"];

/** @param {HTMLElement} article @param {string} kind */
const boxOf = (article, kind) => /** @type {HTMLElement} */ (article.querySelector(`[data-box="${kind}"]`));

/** @param {HTMLElement} box @param {Panel} panel @param {boolean} optional absent when it holds nothing */
function fillBox(box, { shown, total, nodes }, optional) {
  const count = shown < total ? t("find.some", { n: shown, of: total }) : shown ? `${shown}` : "";
  fill(box, { count, body: nodes });
  box.classList.toggle("box--filled", total > 0);
  show(box, !optional || nodes.length > 0);
}

/** @param {Test} test @param {boolean} [focus] somebody asked for it */
function showTrend(test, focus = true) {
  const { title, unit, nodes } = trend(test);
  byId("trend-title").textContent = title;
  fill(byId("trend"), { unit, chart: nodes });
  show(byId("trend"));
  if (focus) byId("trend-title").focus();
}

/**
 * @param {HTMLElement} article shown, because boxes are fitted to the screen
 * @param {View} view
 * @returns {[number, number]} entries shown, and all that there are
 */
export function drawBoxes(article, view) {
  const [results, vitals] = [resultsPanel(view, showTrend), vitalsPanel(view, showTrend)];
  const first = FIRST.map((kind) => ({ kind, panel: listPanel(view, kind) }));
  const rest = EVENTS.map((kind) => ({ kind, panel: eventsPanel(view, kind) }));
  const all = [...first, { kind: "result", panel: results }, { kind: "vital", panel: vitals }, ...rest];
  for (const { kind, panel } of all) fillBox(boxOf(article, kind), panel, EVENTS.includes(kind));
  for (const { kind, panel } of first) fit(slot(boxOf(article, kind), "body"), panel.rows ?? []);
  const [drawn] = [...panels(results.tests).flatMap(({ tests }) => tests), ...vitals.tests].filter((test) => points(test).length > 1);
  if (drawn) showTrend(drawn, false);
  else show(byId("trend"), false);
  return [sum(all, "shown"), sum(all, "total")];
}

/** @param {{panel: Panel}[]} all @param {"shown" | "total"} what */
const sum = (all, what) => all.reduce((known, { panel }) => known + panel[what], 0);
