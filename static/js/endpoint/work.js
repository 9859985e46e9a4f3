/**
 * Where one works, as organisations say; whether one may be found; notices of leavers.
 * @module
 */
import { del, get, post, put } from "./api.js";
import { read } from "./shapes.js";

/** @typedef {import("./providers.js").Post & {since: number, administers: string | null}} OwnPost */
/** @typedef {{listed: boolean, notified: boolean, posts: OwnPost[]}} Work */
/**
 * Somebody with whom one shares left; `time` in Unix seconds, `finished` once every key node confirmed.
 * @typedef {{id: string, member: string, name: string, role: string, organisation: string, time: number,
 *   ends_membership: boolean, finished: boolean}} Notice
 */

/** @returns {Promise<Work>} @throws {ApiError | Offline} */
export const readWork = async () => read("work", await get("/work"));

/** @param {{listed?: boolean, notified?: boolean}} wishes @returns {Promise<Work>} @throws {ApiError | Offline} */
export const wish = async (wishes) => read("work", await put("/work", wishes));

/**
 * Use an organisation's activation code with the account that one has.
 * @param {string} code @returns {Promise<Work>}
 * @throws {ApiError | Offline} `code-wrong` and its like; `conflict`: one is there already
 */
export const joinOrganisation = async (code) => read("work", await post("/activation/join", { code }));

/** @returns {Promise<Notice[]>} not dismissed, the newest first @throws {ApiError | Offline} */
export const readNotices = async () => read("leavers", await get("/leavers")).notices;

/** @param {string} id @throws {ApiError | Offline} */
export const dismissNotice = (id) => del(`/leavers/${encodeURIComponent(id)}`);
