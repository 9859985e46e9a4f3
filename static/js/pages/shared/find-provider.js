/**
 * Finding professionals by name, speciality and place: a part of any page that includes
 * pages/_find-provider.jinja. Whoever mounts it says what becomes of a choice; otherwise it leads to
 * the sharing page with the address filled in.
 * @module
 */
import { findProviders } from "../../endpoint/providers.js";
import { clone, el, fill, onAction, show, slot } from "../../ui/dom.js";
import { onSubmit, showErrors } from "../../ui/forms.js";
import { has, t } from "../../ui/messages.js";
import { avatar } from "../../ui/people.js";
import { failed, loading } from "../../ui/states.js";
import { shareAddress } from "./share-with.js";

/** @typedef {import("../../endpoint/providers.js").Provider} Provider */

const SHORTEST = 2;

/**
 * @param {HTMLElement} place empty
 * @param {{onChoose?: (provider: Provider) => void}} [options] onChoose: instead of following the link
 */
export function mountFinder(place, { onChoose } = {}) {
  const root = clone("t-find");
  place.replaceChildren(root);
  new Finder(root, onChoose);
}

class Finder {
  #page = 0;
  #sought = { name: "", speciality: "", place: "" };
  #shown = 0;
  /** Which search is the newest: the answer of an older one is dropped. */
  #turn = 0;

  /** @param {HTMLElement} root @param {((provider: Provider) => void) | undefined} onChoose */
  constructor(root, onChoose) {
    this.root = root;
    this.onChoose = onChoose;
    this.form = /** @type {HTMLFormElement} */ (slot(root, "form"));
    onSubmit(this.form, (data) => this.#search(data));
    onAction(root, { more: () => void this.#load(this.#page + 1) });
  }

  /** @param {FormData} data */
  async #search(data) {
    const read = (/** @type {string} */ name) => String(data.get(name) ?? "").trim();
    this.#sought = { name: read("name"), speciality: read("speciality"), place: read("place") };
    const wrong = problem(this.#sought);
    showErrors(this.form, wrong ? [wrong] : []);
    if (wrong) return;
    this.#shown = 0;
    slot(this.root, "list").replaceChildren();
    fill(this.root, { count: "" });
    await this.#load(0);
  }

  /** @param {number} page */
  async #load(page) {
    const turn = ++this.#turn;
    const state = loading(slot(this.root, "state"), { title: t("find.searching") });
    show(slot(this.root, "next"), false);
    try {
      const found = await findProviders(this.#sought, page);
      if (turn !== this.#turn) return;
      state.done();
      this.#page = page;
      this.#draw(found);
    } catch (error) {
      if (turn === this.#turn) failed(slot(this.root, "state"), error, () => this.#load(page));
    }
  }

  /** @param {{providers: Provider[], more: boolean, tooMany: boolean}} found */
  #draw({ providers, more, tooMany }) {
    const rows = providers.map((one) => this.#row(one));
    slot(this.root, "list").append(...rows);
    this.#shown += providers.length;
    show(slot(this.root, "next"), more);
    fill(this.root, { count: this.#shown === 0 ? t("find.none") : summary(this.#shown, more, tooMany) });
    if (this.#page > 0) rows[0]?.querySelector("a")?.focus();
  }

  /** @param {Provider} provider */
  #row(provider) {
    const { name, role, login, posts } = provider;
    const row = clone("t-provider", {
      avatar: avatar(name, role), name, role: has(`role.${role}`) ? t(`role.${role}`) : role,
      posts: posts.map((post) => el("li", {}, postWords(post))), "share-of": t("find.share-of", { name }),
    });
    const share = slot(row, "share");
    share.setAttribute("href", shareAddress(login));
    if (this.onChoose) {
      share.addEventListener("click", (event) => { event.preventDefault(); this.onChoose?.(provider); });
    }
    return row;
  }
}

/** @param {{name: string, speciality: string, place: string}} sought @returns {import("../../ui/forms.js").FieldError | null} */
function problem({ name, speciality, place }) {
  if (!name && !speciality && !place) return { field: "find-name", text: t("find.nothing") };
  if (name && letters(name) < SHORTEST) return { field: "find-name", text: t("find.short") };
  if (place && letters(place) < SHORTEST) return { field: "find-place", text: t("find.short") };
  return null;
}

/** @param {string} text */
const letters = (text) => (text.match(/[\p{L}\p{N}]/gu) ?? []).length;

/** @param {number} n @param {boolean} more @param {boolean} tooMany */
function summary(n, more, tooMany) {
  if (tooMany) return `${t("find.found-more", { n })}. ${t("find.too-many")}`;
  return t(more ? "find.found-more" : "find.found", { n });
}

/** @param {import("../../endpoint/providers.js").Post} post @returns {string} where somebody works */
export function postWords({ organisation, city, department, speciality }) {
  const part = has(`speciality.${speciality}`) ? t(`speciality.${speciality}`) : department;
  return part ? t("find.post", { department: part, organisation, city }) : t("find.post-plain", { organisation, city });
}
