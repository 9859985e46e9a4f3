/**
 * What somebody added to the owner's record: who and when, and her answer, once she has read it.
 * @module
 */
import { accept, decline } from "../../endpoint/answering.js";
import { addable, check, list } from "../../endpoint/proposals.js";
import { byId, fill, onAction, show } from "../../ui/dom.js";
import { confirm } from "../../ui/dialog.js";
import { date, list as listed } from "../../ui/format.js";
import { t } from "../../ui/messages.js";
import { ordered, partName } from "../../ui/parts.js";
import { announce, failed, pageState } from "../../ui/states.js";
import { certifiedBriefly } from "../shared/certified.js";
import { roleWord } from "../sharing/words.js";

/** @typedef {import("../../endpoint/session.js").Session} Session */
/** @typedef {import("../../endpoint/proposals.js").Proposal} Proposal */

/**
 * @param {string} record
 * @returns {Promise<Proposal | undefined>} what waits under this name
 */
export async function waiting(record) {
  return (await list()).incoming.find((one) => one.record === record);
}

/**
 * @param {Session} session @param {Proposal} proposal
 * @returns {import("../../endpoint/records.js").RecordView} as a list of records shows one
 */
export const asView = ({ me }, { record, digest, offered, partitions }) =>
  ({ record, owner: me.id, owner_name: me.name, version: 1, manifest: digest, date: offered, partitions });

/**
 * Say whose it is, and let her answer.
 * @param {Session} session @param {string} record
 */
export async function showProposal(session, record) {
  const proposal = await waiting(record);
  if (!proposal) return;
  const { author_name: name, author_role: role, offered } = proposal;
  byId("proposal-title").textContent = t("proposal.by", { name, role: roleWord(role), date: date(offered) });
  const author = { member: proposal.author, role };
  const [{ problem }, certified] = await Promise.all([check(session, proposal), certifiedBriefly(session, author, { sentence: true })]);
  if (problem === null) byId("proposal-certified").replaceChildren(certified);
  const warned = byId("proposal-problem");
  fill(warned, { text: problem ? t(`proposal.${problem}`, { name }) : "" });
  show(warned, problem !== null);
  const answer = new Answer(session, proposal);
  for (const button of byId("record").querySelectorAll("[data-action=accept]")) show(/** @type {HTMLElement} */ (button), problem === null);
  onAction(/** @type {HTMLElement} */ (byId("proposal-title").closest("section")), { accept: () => answer.ask("accept"), decline: () => answer.ask("decline") });
}

/** Whoever may add to this owner's record is shown where. @param {string} owner */
export async function offerAdding(owner) {
  const found = await addable(owner).catch(() => []);
  show(byId("add-for"), found.some((one) => one.owner === owner && one.partitions.length > 0));
}

class Answer {
  /** @param {Session} session @param {Proposal} proposal */
  constructor(session, proposal) {
    this.session = session;
    this.proposal = proposal;
    this.busy = false;
  }

  /** @param {"accept" | "decline"} act */
  async ask(act) {
    const { author_name: name, partitions } = this.proposal;
    const parts = listed(ordered(new Set(partitions)).map(partName));
    const sure = await confirm({
      template: `t-${act}`, title: t(`proposal.${act}`, { name }), yes: t(`proposal.${act}-yes`), no: t("proposal.no"),
      danger: act === "decline", slots: act === "accept" ? { parts } : {},
    });
    if (sure) await this.send(act);
  }

  /** @param {"accept" | "decline"} act */
  async send(act) {
    if (this.busy) return;
    this.busy = true;
    announce(t("proposal.working"));
    try {
      await (act === "accept" ? accept : decline)(this.session, this.proposal);
      location.assign(act === "accept" ? "/record" : "/home");
    } catch (error) {
      failed(pageState(), error, () => this.send(act));
    } finally {
      this.busy = false;
    }
  }
}
