"""Runs the cases: `ok name` or `FAIL name` for each, with its reason below."""

import harness
import sts_cases  # noqa: F401
import wire_cases  # noqa: F401
import iam_cases  # noqa: F401
import saml_cases  # noqa: F401
import trail_cases  # noqa: F401

harness.main()
