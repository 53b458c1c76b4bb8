"""The helper that asks for a passkey on WhatsApp's own page."""

import json
import re

from holdfast.model.passkey import helper_script


def test_it_holds_the_options_and_nothing_can_break_out_of_them() -> None:
    options = {"challenge": "AA-_", "rpId": "</script><script>alert(1)//", "userName": "line\u2028end"}
    script = helper_script(options)
    assert "</script>" not in script
    assert "\u2028" not in script
    found = re.search(r"const options = (.*);", script)
    assert found is not None
    assert json.loads(found.group(1)) == options


def test_it_sends_nothing_anywhere() -> None:
    script = helper_script({})
    assert not re.search(r"fetch|XMLHttp|WebSocket|sendBeacon|https?:", script)
