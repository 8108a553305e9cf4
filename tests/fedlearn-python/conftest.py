import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from federation import FEDLEARN, Federation  # noqa: E402


@pytest.fixture
def cli() -> str:
    if not FEDLEARN:
        pytest.skip("FEDLEARN_CLI does not name the published command fedlearn")
    return FEDLEARN


@pytest.fixture
def federation(cli, tmp_path):
    started = Federation(tmp_path)
    yield started
    started.close()


@pytest.fixture
def data() -> pathlib.Path:
    folder = os.environ.get("FEDLEARN_DATA")
    if not folder:
        pytest.skip("FEDLEARN_DATA does not name a folder with the data sets")
    return pathlib.Path(folder)
