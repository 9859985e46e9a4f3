/** Where one works, whether one may be found, and which letters one wants. @module */
import { joinOrganisation, readWork, wish } from "../../endpoint/work.js";
import { formOf, input, showErrors, showFailure } from "../../ui/account.js";
import { byId, el, show } from "../../ui/dom.js";
import { onSubmit } from "../../ui/forms.js";
import { t } from "../../ui/messages.js";
import { explain, report } from "../../ui/states.js";
import { postWords } from "../shared/find-provider.js";

/** @typedef {import("../../endpoint/work.js").Work} Work */

/** Draw it, and save each choice as it is made. */
export async function mountWork() {
  draw(await readWork());
  for (const name of /** @type {const} */ (["listed", "notified"])) {
    if (document.getElementById(name)) input(name).addEventListener("change", () => void choose(name));
  }
  if (document.getElementById("join-form")) onSubmit(formOf("join-form"), () => join());
}

/** @param {Work} work */
function draw({ posts, ...wishes }) {
  for (const [name, value] of Object.entries(wishes)) {
    if (document.getElementById(name)) input(name).checked = value;
  }
  const list = document.getElementById("work-posts");
  list?.replaceChildren(...posts.map((post) => el("li", {}, [postWords(post), post.title].filter(Boolean).join(" · "))));
  if (list) show(byId("work-none"), posts.length === 0);
}

/** @param {"listed" | "notified"} name */
async function choose(name) {
  const box = input(name);
  const chosen = box.checked;
  try {
    draw(await wish({ [name]: chosen }));
    byId("work-note").textContent = t("profile.saved");
  } catch (error) {
    report(error);
    // What is shown is what holds.
    box.checked = !chosen;
    byId("work-note").textContent = explain(error);
  }
}

async function join() {
  const form = formOf("join-form");
  const code = input("activation").value.trim();
  if (code === "") return showErrors(form, [{ field: "activation", text: t("profile.activation-missing") }]);
  try {
    const work = await joinOrganisation(code);
    showErrors(form, []);
    input("activation").value = "";
    draw(work);
    byId("work-note").textContent = t("profile.joined-organisation", { organisation: work.posts.at(-1)?.organisation ?? "" });
  } catch (error) {
    showFailure(form, "activation", error, { conflict: "profile.already-there", invalid: "problem.code-wrong" });
  }
}
