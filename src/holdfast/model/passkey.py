"""The helper that asks for a passkey where a browser allows it: on WhatsApp's own page. Pure.

A passkey answers to the web origin that it was made for, and to no page of ours. So a person opens
web.whatsapp.com in a browser that has the passkey and runs this script in its console; what it prints goes
back to Holdfast. The script sends nothing anywhere.

Source: https://www.w3.org/TR/webauthn-3/, `PublicKeyCredential.toJSON`.
"""

import json
from collections.abc import Mapping
from typing import Final

from holdfast.model.content import Json

#: Where the script has to run.
PAGE: Final = "https://web.whatsapp.com"

_SCRIPT: Final = """\
(async () => {
  const options = %s;
  const plain = (text) => atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  const bytes = (text) => Uint8Array.from(plain(text), (it) => it.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\\+/g, "-").replace(/\\//g, "_").replace(/=+$/, "");
  const publicKey = { ...options, challenge: bytes(options.challenge) };
  if (options.allowCredentials) {
    publicKey.allowCredentials = options.allowCredentials.map((it) => ({ ...it, id: bytes(it.id) }));
  }
  const made = await navigator.credentials.get({ publicKey });
  const { clientDataJSON, authenticatorData, signature, userHandle } = made.response;
  const answer = JSON.stringify({
    id: made.id, rawId: text(made.rawId), type: made.type,
    authenticatorAttachment: made.authenticatorAttachment,
    clientExtensionResults: made.getClientExtensionResults(),
    response: {
      clientDataJSON: text(clientDataJSON), authenticatorData: text(authenticatorData),
      signature: text(signature),
      userHandle: userHandle ? text(userHandle) : undefined,
    },
  });
  try { copy(answer); } catch { /* only some consoles can */ }
  console.log(answer);
})();
"""


def helper_script(options: Mapping[str, Json]) -> str:
    """The script for these options, to be pasted into the console of `PAGE`."""
    # What comes from outside must not end the script early, wherever it is pasted.
    safe = (
        json.dumps(options).replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    )
    return _SCRIPT % safe
