"""Tests in the rooms of what they test; what several share is in ``tools`` and each room's ``conftest``."""

import pytest

pytest.register_assert_rewrite("tests.tools")
