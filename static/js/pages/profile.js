/**
 * Who one is here, as the server says it; whether one may be found, and wants letters.
 * @module
 */
import { lookUp } from "../endpoint/people.js";
import { el, fill } from "../ui/dom.js";
import { dateTime } from "../ui/format.js";
import { t, worded } from "../ui/messages.js";
import { startPage } from "../ui/page.js";
import { mountCredential } from "./profile/credential.js";
import { mountWork } from "./profile/work.js";

await startPage(async ({ root, session }) => {
  const { me } = session;
  const found = await lookUp(session, me.id);
  fill(root, {
    role: worded("role", me.role, "problem.unknown"),
    login: me.login,
    confirmed: t(me.confirmed ? "profile.confirmed" : "profile.unconfirmed"),
    joined: me.joined === null ? t("profile.not-joined") : dateTime(me.joined),
    checked: found?.checked || t("profile.nothing-checked"),
    member: el("code", {}, me.id),
  });
  if (me.role !== "owner") await mountCredential(session);
  await mountWork();
}, { needs: "session" });
