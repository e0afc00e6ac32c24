"""Tests for four workers of pytest-xdist."""
import time

import pytest


@pytest.mark.parametrize("number", range(12))
def test_holds_memory(number):
    held = [bytes(1_000_000 + number) for _ in range(60)]
    filled = [bytearray(b"x" * len(part)) for part in held]
    time.sleep(0.1)
    assert len(filled) == 60
