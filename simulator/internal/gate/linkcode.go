package gate

import (
	"errors"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/stanza"
)

const codeTag = "link_code_companion_reg"

// answer answers what an unpaired client may ask: a pairing by code or with a passkey, or whether anybody is there.
func (a *applicant) answer(node *stanza.Node) stanza.Node {
	if reply, known := a.answerPasskey(node); known {
		return reply
	}
	request, ok := stanza.Child(node, codeTag)
	if !ok {
		return stanza.Result(node)
	}
	switch stanza.Text(request, "stage") {
	case "companion_hello":
		return a.requestCode(node, request)
	case "companion_finish":
		err := a.gate.Lobby.FinishCode(string(stanza.ChildBytes(request, "link_code_pairing_ref")),
			stanza.ChildBytes(request, "link_code_pairing_wrapped_key_bundle"), stanza.ChildBytes(request, "companion_identity_public"))
		if err != nil {
			a.gate.Log.Info("gate.code_refused", "conn", a.conn.ID, "error", err)
			return refuseCode(node, err)
		}
		return stanza.Result(node)
	default:
		return stanza.Failure(node, 400, "bad-request")
	}
}

func (a *applicant) requestCode(node, request *stanza.Node) stanza.Node {
	jid, _ := stanza.JID(request, "jid")
	owner, ok := a.gate.Accounts.ByJID(jid)
	if !ok {
		return stanza.Failure(node, 404, "item-not-found")
	}
	if string(stanza.ChildBytes(request, "companion_server_auth_key_pub")) != string(a.registration.Noise[:]) {
		return stanza.Failure(node, 400, "bad-request")
	}
	wrapped := stanza.ChildBytes(request, "link_code_pairing_wrapped_companion_ephemeral_pub")
	ref, err := a.gate.Lobby.RequestCode(a.registration, a, owner, wrapped)
	if err != nil {
		return refuseCode(node, err)
	}
	return stanza.Result(node, stanza.New(codeTag, stanza.Attrs{"stage": "companion_hello"},
		stanza.Raw("link_code_pairing_ref", []byte(ref))))
}

// PrimaryHello tells the client that its phone was told the code.
func (a *applicant) PrimaryHello(ref string, wrapped, identity []byte) error {
	return a.say(stanza.New("notification", stanza.Attrs{
		"from": types.ServerJID, "type": codeTag, "id": "wasim-primary-hello", "t": stanza.Unix(a.gate.Now()),
	}, stanza.New(codeTag, stanza.Attrs{"stage": "primary_hello"},
		stanza.Raw("link_code_pairing_wrapped_primary_ephemeral_pub", wrapped),
		stanza.Raw("primary_identity_pub", identity),
		stanza.Raw("link_code_pairing_ref", []byte(ref)))), "")
}

func refuseCode(node *stanza.Node, err error) stanza.Node {
	if errors.Is(err, account.ErrCodeUnknown) {
		return stanza.Failure(node, 404, "item-not-found")
	}
	return stanza.Failure(node, 400, "bad-request")
}
