"""The report's words: titles, and how each figure came about. No figure stands here."""

HEAD = """# Performance

Written by `make bench`; do not edit. Run it on a machine that does nothing else.

Figures are milliseconds: the median of several rounds and, in brackets, the lower and the upper quartile.
What is compared runs in turns within one run: a round runs every case of every engine once, each round
begins with another one, and while one engine works the others wait. Before anything is timed each case runs
once and its result is checked. Node and Chromium run the same file on the very bundle that pages load;
Chromium does so in a Worker, under the vector check's content security policy, with a clock of 0.1 ms.
1 KB is 1024 octets. The sizes are those of the paper's evaluation.
Times are this machine's: compare columns and ratios rather than with other machines."""

STEP_TITLES = {
    "encapsulate": "encapsulate (R, K, k, kc)",
    "check_element": "check the element",
    "gcm_encrypt": "AES-256-GCM, encrypt",
    "digest": "SHA-256 of the cipher octets, once",
    "wrap": "AES-256-KW",
    "prove": "proof of knowledge",
    "sign_manifest": "check and sign the manifest",
    "build_document": "write the document",
    "verify_manifest": "verify the manifest",
    "parse_document": "read the document strictly",
    "decode_answer": "decode T, both membership tests",
    "user_key": "K = T^(1/x), k, compare kc",
    "gcm_decrypt": "AES-256-GCM, decrypt",
}

ROW_TITLES = {
    "pairing": "bare pairing of the library, points at hand",
    "kernel": "kernel: decode R and D strictly, pair, encode",
    "kernel_threads": "the same in two threads",
    "rows_single": "on stored rows, one by one",
    "rows_batch": "on stored rows, batches of 100, one owner (25 records of 4 partitions)",
    "rows_batch_owners": "on stored rows, batches of 100, 100 owners",
    "access_batch": "whole access request of 100 pairs, one owner",
    "access_batch_owners": "whole access request of 100 pairs, 100 owners",
    "access_single": "whole access request of one pair",
    "decode_r": "of that: decode R strictly",
    "decode_d": "of that: decode D strictly",
    "gt_octets": "of that: GT from the library to canonical octets",
    "base64url": "of that: base64url of the octets",
}

NOTES = {
    "seal": (
        "A record of one partition: encapsulate, check the element, AES-256-GCM, wrap k (AES-256-KW), prove,\n"
        "sign the manifest, write the document. Each further partition adds what the table of steps gives,\n"
        "but for the manifest."
    ),
    "open_user": (
        "Verify the manifest, read the document strictly, decode T (n = 1) with both membership tests,\n"
        "K = T^(1/x_U), k, compare kc, digest, AES-256-GCM, check the element.\n"
        "A user who got single partitions' octets from the cloud is spared the reading of the document."
    ),
    "open_owner": "The same document by the owner's wrapped key: no node is asked and nothing is paired.",
    "steps": (
        "Each step by itself, several in a row for each value, in rounds of their own; so shares of a whole need not\n"
        "add up to 100 %. Sealing digests the cipher octets twice. JavaScript's digest is the library's,\n"
        "its AES is WebCrypto's. Reading strictly (one form of the shell, one well-formed element) is by XML\n"
        "parsers: expat in Python, saxes in JavaScript."
    ),
    "keys": (
        "For each member: seed to x_U and B_U, and to x_P, A_P and w of the four default partitions; secret scalars\n"
        "are split in two for every power, which doubles its price. The cost is linear, so Node stops at 1,000\n"
        "members and Chromium at 100. From 1,000 members on there are three rounds."
    ),
    "grant": (
        "One partition for one user: deal, raise B_U to each share, and seal each point to its node (HPKE)."
    ),
    "check_direct": "The node's part: unseal, decode A, B, D and commitments strictly, compare two pairings.",
    "rows": (
        "In Python, as the SRS does it. A value is the mean over 100 pairs. *On stored rows* is the service that\n"
        "reads R and D from SQLite; a *whole access request* further verifies the signature, decides by the list,\n"
        "commits and appends events to the log, signs answer and tickets, and stores them, by the node's port.\n"
        "The ratio compares with the bare pairing of the same round."
    ),
    "after_rows": (
        "Decoding strictly and pairing cannot be left out. A batch checks each D once, however many records share\n"
        "it, and has two queries in all; one by one has two queries for each pair. A whole request costs more\n"
        "by a few queries for each record and, for each owner, an event of its own that is committed to the log\n"
        "before anything is released, and a ticket. Two threads help a server that is otherwise idle: the library\n"
        "gives up Python's lock while it pairs, but requests that come at the same time use the cores anyway."
    ),
    "verify_request": (
        "Ed25519, strict JSON and schema of a signed access request with so many pairs (four to a record from 100\n"
        "on)."
    ),
    "password_slot": "Argon2id with 64 MiB and t = 3, from a password to slot key and login secret.",
}
