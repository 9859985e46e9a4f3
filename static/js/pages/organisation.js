/** An organisation for whoever administers it: staff, codes that wait, departments. @module */
import { Administered } from "../endpoint/organisations.js";
import { byId, clone, onAction } from "../ui/dom.js";
import { startPage } from "../ui/page.js";
import { Codes } from "./organisation/codes.js";
import { Departments } from "./organisation/departments.js";
import { askWho } from "./organisation/enrol.js";
import { showLetter } from "./organisation/letter.js";
import { StaffList } from "./organisation/staff.js";

/** @typedef {import("../endpoint/session.js").Session} Session */

await startPage(async ({ session }) => {
  const root = byId("organisation");
  const place = new Administered(String(root.dataset.organisation));
  const reading = place.read();
  const departments = reading.then((organisation) => new Departments(place, organisation.departments, told));
  const codes = new Codes(place, told);
  const staff = new StaffList(place, session, told);
  onAction(root, {
    // Pressed early, it waits for what the form offers.
    enrol: async () => {
      const made = await askWho(place, (await departments).all);
      if (!made) return;
      showLetter(byId("letter"), made, await reading);
      await codes.load();
    },
  });
  await Promise.all([departments, staff.load(), codes.load()]);
}, { needs: "session", role: "professional" });

/** Say at the top what was done. @param {string} text */
function told(text) {
  byId("result").replaceChildren(clone("t-result", { text }));
}
