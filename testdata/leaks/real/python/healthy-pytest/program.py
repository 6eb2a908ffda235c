"""A pytest run in this process, dumped at its end."""

import pathlib
import tempfile

import pytest

import leak

with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder, "test_healthy.py")
    path.write_text(
        "import pytest\n\n@pytest.fixture\ndef data():\n    return list(range(100))\n\n"
        "@pytest.mark.parametrize('i', range(%d))\ndef test_one(i, data):\n    assert data[i %% 100] == i %% 100\n" % leak.n(300)
    )
    assert pytest.main(["-q", "-p", "no:cacheprovider", str(path)]) == 0

leak.dump()
