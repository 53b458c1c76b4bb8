package gate

import (
	"errors"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/stanza"
)

// passkeyAnswers are the queries of an unpaired client that has to prove a passkey, by their first element.
var passkeyAnswers = map[string]func(*applicant, *stanza.Node) (stanza.Node, error){
	"passkey_request_options":   (*applicant).passkeyOptions,
	"ref":                       (*applicant).passkeyRef,
	"passkey_prologue":          (*applicant).passkeyPrologue,
	"companion_nonce":           (*applicant).companionNonce,
	"encrypted_pairing_request": (*applicant).pairingRequest,
}

// answerPasskey answers one step of linking with a passkey, if the query is one.
func (a *applicant) answerPasskey(node *stanza.Node) (reply stanza.Node, known bool) {
	children := node.GetChildren()
	if len(children) == 0 {
		return stanza.Node{}, false
	}
	step, known := passkeyAnswers[children[0].Tag]
	if !known {
		return stanza.Node{}, false
	}
	child, err := step(a, &children[0])
	switch {
	case err == nil && child.Tag == "":
		return stanza.Result(node), true
	case err == nil:
		return stanza.Result(node, child), true
	case errors.Is(err, account.ErrPasskeyNone):
		return stanza.Failure(node, 404, "item-not-found"), true
	default:
		a.gate.Log.Info("gate.passkey_refused", "conn", a.conn.ID, "step", children[0].Tag, "error", err)
		return stanza.Failure(node, 403, "forbidden"), true
	}
}

func (a *applicant) passkeyOptions(*stanza.Node) (stanza.Node, error) {
	options, err := a.gate.Lobby.PasskeyOptions(a)
	return stanza.Raw("passkey_request_options", options), err
}

func (a *applicant) passkeyRef(*stanza.Node) (stanza.Node, error) {
	ref, err := a.gate.Lobby.PasskeyRef(a)
	return stanza.Raw("ref", []byte(ref)), err
}

// passkeyPrologue hands the client's proof to the phone; the phone's answer follows on its own.
func (a *applicant) passkeyPrologue(step *stanza.Node) (stanza.Node, error) {
	primary, err := a.gate.Lobby.Prologue(a, stanza.ChildBytes(step, "webauthn_assertion"), stanza.ChildBytes(step, "prologue_payload"),
		stanza.ChildBytes(step, "pairing_handoff_proof"))
	a.after = func() { _ = a.notify("crsc_continuation", stanza.Raw("primary_ephemeral_identity", primary)) }
	if err != nil {
		a.after = nil
	}
	return stanza.Node{}, err
}

func (a *applicant) companionNonce(step *stanza.Node) (stanza.Node, error) {
	return stanza.Node{}, a.gate.Lobby.RevealNonce(a, stanza.Bytes(step))
}

func (a *applicant) pairingRequest(step *stanza.Node) (stanza.Node, error) {
	sealed := stanza.Bytes(step)
	if err := a.gate.Lobby.TakePairing(a, sealed); err != nil {
		return stanza.Node{}, err
	}
	a.after = func() { a.gate.Lobby.HandOff(a) }
	return stanza.Node{}, nil
}

// AskPasskey tells the client that it has to prove a passkey.
func (a *applicant) AskPasskey(options []byte) error {
	return a.notify("passkey_prologue_request", stanza.Raw("passkey_request_options", options))
}

// Refresh tells the client to make new codes.
func (a *applicant) Refresh(kind string) error {
	return a.notify("companion_reg_refresh", stanza.New(kind, nil))
}

func (a *applicant) notify(kind string, child stanza.Node) error {
	return a.say(stanza.New("notification", stanza.Attrs{
		"from": types.ServerJID, "type": kind, "id": "wasim-" + kind, "t": stanza.Unix(a.gate.Now()),
	}, child), "")
}
