/**
 * What the importer is willing to read and to write.
 *
 * The numbers are part of the product's promise: changing one changes which
 * files people can bring, and the tests state each of them.
 */

/** The largest file, in octets (64 MB). */
export const MAX_FILE_OCTETS = 64 * 1024 * 1024;

/** The most resources of a FHIR file, and the most items written in all. */
export const MAX_ITEMS = 100_000;

/** The deepest nesting of JSON objects and arrays. */
export const MAX_JSON_DEPTH = 128;

/** The most JSON values of one file: what 64 MB of real records stay below. */
export const MAX_JSON_VALUES = 6_000_000;

/** The deepest element of a partition, its own root counted as 1 (protocol section 4). */
export const MAX_PARTITION_DEPTH = 64;

/**
 * The deepest element of an XML file, its root counted as 1. A child of the
 * root moves down by one in the envelope (partition, source), all else moves up.
 */
export const MAX_XML_DEPTH = MAX_PARTITION_DEPTH - 1;

/** The most octets of all SMART Health Cards of a file once inflated: real cards have some thousands. */
export const MAX_CARD_OCTETS = 16 * 1024 * 1024;

/** In FHIR the root itself may be what is kept: it moves down by two. */
export const MAX_FHIR_XML_DEPTH = MAX_PARTITION_DEPTH - 2;

/**
 * The most elements and attributes of one XML file. Real documents of the size
 * that can be sealed have 370,000 and 380,000 at most.
 */
export const MAX_XML_ELEMENTS = 600_000;
export const MAX_XML_ATTRIBUTES = 1_000_000;

/** The most attributes of one element. */
export const MAX_ATTRIBUTES = 1000;

/** The most processing instructions inside an XML document: real records have none. */
export const MAX_INSTRUCTIONS = 1000;

/**
 * The most octets of all partitions together. A sealed document holds them in
 * base64 and readers take 32 MiB at most (protocol section 4).
 */
export const MAX_OUTPUT_OCTETS = 23 * 1024 * 1024;

/** The longest list of resources that one warning spells out. */
export const MAX_NAMED = 50;

/** The most family names that are looked for: a file about one person has few. */
export const MAX_FAMILY_NAMES = 20;

/** The most files cut out of one record: each is sealed and sent on its own. */
export const MAX_ATTACHMENTS = 200;

/** The longest name of an attachment, in characters. */
export const MAX_ATTACHMENT_NAME = 120;

/** How much of the start of a file is read to tell what it is: large enough for any header. */
export const MAX_HEAD_OCTETS = 16 * 1024 * 1024;

/** The most that is unpacked of an archive, in octets, and how far it may swell. */
export const MAX_EXPORT_OCTETS = 4 * 1024 * 1024 * 1024;
export const MAX_UNPACK_RATIO = 200;
export const MAX_ZIP_ENTRIES = 100_000;

/** The most octets of clinical records inside an Apple Health archive. */
export const MAX_CLINICAL_OCTETS = 64 * 1024 * 1024;

/** The longest DOCTYPE of an Apple Health export, in characters. */
export const MAX_DOCTYPE = 64 * 1024;

/** How many samples of one Apple Health type become items of their own; more become one a day. */
export const MAX_SAMPLES = 500;

/** How much of an Apple Health export stands in the partitions word for word, in characters. */
export const MAX_VERBATIM = 12 * 1024 * 1024;

/** The longest element of an Apple Health export, in characters: a workout with its route. */
export const MAX_APPLE_ELEMENT = 16 * 1024 * 1024;
