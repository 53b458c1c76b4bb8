package session

import (
	"errors"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	pb "holdfast/engine/enginepb"
)

// Where the phone could not be sure, a person compares; what goes wrong is told as it is.
func TestWhatBecomesOfAPasskey(t *testing.T) {
	conn, gateway := bare(t, none)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	p := newPairing(true)
	p.takePasskey(conn, &events.PairPasskeyRequest{PublicKey: &types.WebAuthnPublicKey{RelyingPartID: "web.whatsapp.com"}}, timer)
	p.takePasskey(conn, &events.PairPasskeyConfirmation{Code: "ABCDEFGH"}, timer)
	if len(gateway.facts) != 2 || len(gateway.facts[0].GetPairPasskeyRequest().GetOptionsJson()) == 0 || gateway.facts[1].GetPairPasskeyConfirmation().GetCode() != "ABCDEFGH" {
		t.Errorf("facts: %v", gateway.facts)
	}
	if p.outcome != nil {
		t.Errorf("over: %v", p.outcome)
	}
	p.takePasskey(conn, &events.PairPasskeyError{Error: errors.New("no key")}, timer)
	if p.outcome.GetPairFailed().GetReason() != pb.PairFailure_PAIR_PASSKEY_REFUSED {
		t.Errorf("outcome: %v", p.outcome)
	}
	deaf := newPairing(false)
	deaf.takePasskey(conn, &events.PairPasskeyRequest{}, timer)
	if deaf.outcome.GetPairFailed().GetReason() != pb.PairFailure_PAIR_PASSKEY_NEEDED {
		t.Errorf("outcome: %v", deaf.outcome)
	}
}
