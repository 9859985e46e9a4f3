/** Long loops that let the page draw and answer in between. @module */

/** Longest stretch without a turn for others, in milliseconds. */
const STRETCH = 40;

/**
 * A pause to await in each round of a long loop; it costs nothing until enough time has passed.
 * @returns {() => Promise<void>}
 */
export function turns() {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < STRETCH) return;
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  };
}
