"""Hospitals and other organisations: their staff, enrolment with codes, the directory, and leavers."""
