package phone

import (
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"
)

func TestPeerContentIsFoundBareAndWrapped(t *testing.T) {
	bare := &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{
		Type: waE2E.ProtocolMessage_APP_STATE_SYNC_KEY_REQUEST.Enum(),
	}}
	wrapped := &waE2E.Message{DeviceSentMessage: &waE2E.DeviceSentMessage{Message: bare}}
	for name, message := range map[string]*waE2E.Message{"bare": bare, "wrapped": wrapped} {
		if got := peerContent(message); got != bare.ProtocolMessage {
			t.Errorf("%s: %v", name, got)
		}
	}
	if got := peerContent(&waE2E.Message{}); got != nil {
		t.Errorf("empty: %v", got)
	}
}
