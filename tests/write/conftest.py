from pathlib import Path

import pytest
from small_host import SmallHost


@pytest.fixture
def host(tmp_path: Path) -> SmallHost:
    return SmallHost(tmp_path / "root")
