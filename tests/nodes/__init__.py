"""Tests of several key nodes; they run with SESPHR_NODES=3 SESPHR_THRESHOLD=2 (`tests.support.suite`)."""
