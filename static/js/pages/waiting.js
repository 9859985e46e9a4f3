/** What I asked for, and what became of it. @module */

import { list as listRecords } from "../endpoint/records.js";
import { list } from "../endpoint/requests.js";
import { byId, show } from "../ui/dom.js";
import { t } from "../ui/messages.js";
import { startPage } from "../ui/page.js";
import { empty, loading, pageState } from "../ui/states.js";
import { names, requestCard } from "./home/requests.js";

await startPage(async ({ session }) => {
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
