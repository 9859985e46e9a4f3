/** What I asked for, and what became of it. @module */

import { fingerprint } from "../endpoint/fingerprint.js";
import { list as listRecords } from "../endpoint/records.js";
import { list } from "../endpoint/requests.js";
import { byId, show } from "../ui/dom.js";
import { showFingerprint } from "../ui/fingerprint.js";
import { t } from "../ui/messages.js";
import { startPage } from "../ui/page.js";
import { empty, loading, pageState } from "../ui/states.js";
import { names, requestCard } from "./home/requests.js";

/** Relatives and friends are compared before anything is shared. @param {HTMLElement} root @param {import("../endpoint/session.js").Session} session */
function showWords(root, { keys }) {
  const place = root.querySelector("[data-fingerprint]");
  if (place instanceof HTMLElement) showFingerprint(place, fingerprint(keys.verification, keys.receivePublic));
}

await startPage(async ({ root, session }) => {
  showWords(root, session);
  const state = loading(pageState(), { title: t("waiting.loading") });
  const [{ outgoing }, views] = await Promise.all([list(session), listRecords(session)]);
  const known = await names(session, views);
  state.done();
  if (!outgoing.length) return empty(byId("waiting-state"), "t-no-requests");
  for (const [place, pending] of /** @type {const} */ ([["waiting", true], ["answered", false]])) {
    const wanted = outgoing.filter((one) => (one.state === "pending") === pending);
    byId(`${place}-list`).replaceChildren(...wanted.map((one) => requestCard(one, known)));
    show(byId(`${place}-section`), wanted.length > 0);
  }
  return undefined;
}, { needs: "session", role: "professional" });
