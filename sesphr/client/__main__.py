"""`python -m sesphr.client COMMAND`; an interruption while modules are loaded is no traceback either."""

import sys

INTERRUPTED = 5


def _load_and_run() -> int:
    try:
        from sesphr.client.main import main  # noqa: PLC0415 -- loading takes a while

        return main(sys.argv[1:])
    except KeyboardInterrupt:
        _say_interrupted()
        return INTERRUPTED


def _say_interrupted() -> None:
    as_json = "--json" in sys.argv
    text = '{"error": "Interrupted.", "code": "interrupted"}' if as_json else "Interrupted."
    stream = sys.stdout if as_json else sys.stderr
    try:
        if stream is not None:
            print(text, file=stream, flush=True)
    except (OSError, ValueError):
        # Nobody can be told.
        sys.stdout = sys.stderr = None


def _ignore_interruptions() -> None:
    # What is left is leaving, which an impatient second Ctrl-C would only make noisy.
    import signal  # noqa: PLC0415 -- loading may be interrupted; by now it is loaded

    signal.signal(signal.SIGINT, signal.SIG_IGN)


if __name__ == "__main__":
    code = _load_and_run()
    _ignore_interruptions()
    sys.exit(code)
