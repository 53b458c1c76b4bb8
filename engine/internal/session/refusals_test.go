package session

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	waBinary "go.mau.fi/whatsmeow/binary"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/vault"
)

func TestARefusalCarriesItsNumberAndItsPause(t *testing.T) {
	node := &waBinary.Node{Tag: "error", Attrs: waBinary.Attrs{"code": "429", "text": "rate-overlimit", "backoff": "30"}}
	c := &Connection{watch: &vault.Watch{}, ctx: context.Background()}
	for _, line := range []struct {
		err  error
		want *pb.Error
	}{
		{&whatsmeow.IQError{Code: 429, Text: "rate-overlimit", ErrorNode: node}, &pb.Error{Code: pb.ErrorCode_REJECTED, WhatsappCode: 429, RetryAfterMs: 30_000}},
		{fmt.Errorf("asking: %w", &whatsmeow.IQError{Code: 500}), &pb.Error{Code: pb.ErrorCode_REJECTED, WhatsappCode: 500}},
		{&whatsmeow.IQError{Code: 404}, &pb.Error{Code: pb.ErrorCode_NOT_FOUND, WhatsappCode: 404}},
		{&whatsmeow.IQError{Code: 403}, &pb.Error{Code: pb.ErrorCode_NOT_ALLOWED, WhatsappCode: 403}},
		{&whatsmeow.IQError{Code: 401}, &pb.Error{Code: pb.ErrorCode_NOT_ALLOWED, WhatsappCode: 401}},
		{whatsmeow.ErrIQTimedOut, &pb.Error{Code: pb.ErrorCode_UNANSWERED}},
		{&whatsmeow.DisconnectedError{Action: "info query"}, &pb.Error{Code: pb.ErrorCode_UNANSWERED}},
		{whatsmeow.ErrNotConnected, &pb.Error{Code: pb.ErrorCode_NOT_CONNECTED}},
		{whatsmeow.ErrNoPushName, &pb.Error{Code: pb.ErrorCode_NOT_ALLOWED}},
		{errors.New("anything"), &pb.Error{Code: pb.ErrorCode_UNANSWERED}},
	} {
		got := c.explain(line.err).Error
		if got.Code != line.want.Code || got.WhatsappCode != line.want.WhatsappCode || got.RetryAfterMs != line.want.RetryAfterMs {
			t.Errorf("%v: %v, want %v", line.err, got, line.want)
		}
	}
	for text, want := range map[string]time.Duration{"": 0, "soon": 0, "-5": 0, "7": 7 * time.Second} {
		iq := &whatsmeow.IQError{ErrorNode: &waBinary.Node{Attrs: waBinary.Attrs{"backoff": text}}}
		if got := pauseOf(iq); got != want {
			t.Errorf("backoff %q: %v, want %v", text, got, want)
		}
	}
}
