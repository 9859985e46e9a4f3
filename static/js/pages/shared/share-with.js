/**
 * Leading to the sharing page with somebody's address filled in. It stands in the fragment, which no
 * server sees, and is taken off the address bar when it was read.
 * @module
 */

const NAME = "share-with";

/** @param {string} login @returns {string} the address of the sharing page */
export const shareAddress = (login) => `/sharing#${new URLSearchParams({ [NAME]: login })}`;

/** @returns {string} the login that the address names, "" for none; only the first call answers it */
export function takeShareWith() {
  const login = new URLSearchParams(location.hash.slice(1)).get(NAME) ?? "";
  if (login) history.replaceState(history.state, "", location.pathname + location.search);
  return login;
}
