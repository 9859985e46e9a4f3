/** What a Bundle gives as its source when its patient typed it: the page for entering a record by hand writes it. */
export const BY_HAND = 'urn:sesphr:hand-entry';
