package session

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/killpoint"
	"holdfast/engine/internal/translate"
	"holdfast/engine/internal/vault"
	"holdfast/engine/internal/wire"
)

// aliasMap is a map whose answers the test writes.
type aliasMap struct {
	store.LIDStore
	answer func() (types.JID, error)
}

func (m aliasMap) GetLIDForPN(context.Context, types.JID) (types.JID, error) { return m.answer() }

// bare is a connection without a client: enough for its handler.
func bare(t *testing.T, answer func() (types.JID, error)) (*Connection, *gatewayDouble) {
	t.Helper()
	gateway := &gatewayDouble{}
	deps := &Deps{
		Gateway: gateway, Kill: killpoint.New(""), Log: slog.New(slog.DiscardHandler), Timing: DefaultTiming(),
		LevelChanged: func() {}, table: translate.NewDispositions(), Dialer: wire.NewDialer(nil), order: &order{},
	}
	conn := newConnection(&Session{id: "s1", deps: deps}, 5, &vault.Watch{})
	conn.device = &store.Device{LIDs: aliasMap{answer: answer}}
	t.Cleanup(conn.cancel)
	return conn, gateway
}

func none() (types.JID, error) { return types.EmptyJID, nil }

func incoming() *events.Message {
	friend := types.NewJID("4915222088624", types.DefaultUserServer)
	return (&events.Message{
		Info:       types.MessageInfo{ID: "A1", MessageSource: types.MessageSource{Chat: friend, Sender: friend}},
		RawMessage: &waE2E.Message{Conversation: proto.String("hi")},
	}).UnwrapRaw()
}

func TestTheHandlerAnswersWhatTheGatewayConfirmed(t *testing.T) {
	conn, gateway := bare(t, none)
	if !conn.handle(incoming()) {
		t.Error("confirmed, but refused")
	}
	d := gateway.delivered()[0]
	if d.SessionId != "s1" || d.Epoch != 5 || d.GetMessage().GetText().GetBody() != "hi" || !d.GetMessage().Offline {
		t.Errorf("delivered %v", d)
	}
	gateway.answer = func(context.Context, *pb.Delivery) error { return errors.New("ending") }
	if conn.handle(incoming()) {
		t.Error("not confirmed, but accepted")
	}
	receipt := &events.Receipt{MessageSource: incoming().Info.MessageSource, MessageIDs: []string{"B"}}
	if conn.handle(receipt) {
		t.Error("a receipt that was not confirmed was accepted")
	}
	receipt.Type = types.ReceiptTypeRetry
	if !conn.handle(receipt) {
		t.Error("a receipt of no meaning was refused")
	}
}

// The library counts a panic in a handler as success: the message would be acknowledged and lost.
func TestAPanicWhileTranslatingHandsOverWhatThereIs(t *testing.T) {
	conn, gateway := bare(t, func() (types.JID, error) { panic("boom") })
	if !conn.handle(incoming()) {
		t.Error("refused: WhatsApp would repeat it forever")
	}
	d := gateway.delivered()
	if len(d) != 1 || d[0].GetMessage().GetUntranslatable().GetReason() != "boom" || d[0].GetMessage().MessageId != "A1" || len(d[0].GetMessage().Raw) == 0 {
		t.Errorf("delivered %v", d)
	}
	gateway.answer = func(context.Context, *pb.Delivery) error { return errors.New("ending") }
	if conn.handle(incoming()) {
		t.Error("not confirmed, but accepted")
	}
}

func TestAnEventThatIsBrokenThroughoutIsContained(t *testing.T) {
	conn, gateway := bare(t, none)
	for _, event := range []any{(*events.Message)(nil), (*events.Receipt)(nil), (*events.PushNameSetting)(nil), nil, 7, events.Connected{}} {
		conn.handle(event)
	}
	if d := gateway.delivered(); len(d) != 0 {
		t.Errorf("delivered %v", d)
	}
}

func TestAKindWithoutTranslationIsHandedOver(t *testing.T) {
	conn, gateway := bare(t, none)
	if !conn.handle(&events.FBMessage{Info: incoming().Info}) {
		t.Error("refused")
	}
	if d := gateway.delivered(); len(d) != 1 || d[0].GetMessage().GetUntranslatable() == nil {
		t.Errorf("delivered %v", d)
	}
}

// A receipt can name as many messages as a frame of WhatsApp's holds.
func TestALongReceiptIsHandedOverInPieces(t *testing.T) {
	conn, gateway := bare(t, none)
	ids := make([]types.MessageID, 2*receiptPiece+1)
	for n := range ids {
		ids[n] = fmt.Sprintf("ID%d", n)
	}
	if !conn.handle(&events.Receipt{MessageSource: incoming().Info.MessageSource, MessageIDs: ids}) {
		t.Error("refused")
	}
	var handed []string
	for _, d := range gateway.delivered() {
		handed = append(handed, d.GetReceipt().GetMessageIds()...)
	}
	if len(gateway.delivered()) != 3 || !slices.Equal(handed, ids) {
		t.Errorf("%d deliveries with %d ids", len(gateway.delivered()), len(handed))
	}
}

// Once storage failed, nothing is accepted: neither a message nor the machinery that was not stored.
func TestAfterAStorageFailureEverythingIsRefused(t *testing.T) {
	conn, gateway := bare(t, none)
	conn.watch.Fail(errors.New("disk full"))
	peer := incoming()
	peer.Info.Category = "peer"
	for name, event := range map[string]any{
		"message": incoming(), "machinery": peer, "receipt": &events.Receipt{MessageSource: incoming().Info.MessageSource},
		"retry receipt": &events.Receipt{Type: types.ReceiptTypeRetry},
	} {
		if conn.handle(event) {
			t.Errorf("%s was accepted", name)
		}
	}
	if d := gateway.delivered(); len(d) != 0 {
		t.Errorf("delivered %v", d)
	}
	if conn.worst().Reason != pb.Reason_STORAGE_FAILED || !conn.socket.IsCut() {
		t.Errorf("the connection goes on: %+v", conn.worst())
	}
}

// Parking, stopping and every other end of our own: nothing can be written any more when end returns, so that whatever a
// handler answers after that acknowledges nothing.
func TestAnEndOfOurOwnCutsTheSocketFirst(t *testing.T) {
	for number := range pb.Reason_name {
		reason := pb.Reason(number)
		conn, gateway := bare(t, none)
		waiting := make(chan struct{})
		gateway.answer = func(ctx context.Context, _ *pb.Delivery) error {
			close(waiting)
			<-ctx.Done()
			return errors.New("ending")
		}
		outcome := make(chan bool)
		go func() { outcome <- conn.handle(incoming()) }()
		<-waiting
		conn.end(translate.Ending{Reason: reason})
		if conn.socket.IsCut() != ours(reason) {
			t.Errorf("%v: cut %v", reason, conn.socket.IsCut())
		}
		select {
		case <-outcome:
			t.Errorf("%v: the handler was let go before the connection was finished", reason)
		default:
		}
		conn.cancel()
		if <-outcome {
			t.Errorf("%v: accepted on a connection that has ended", reason)
		}
	}
}

// Several goroutines of a connection tell facts at once.
func TestFactsArriveInTheOrderOfTheirNumbers(t *testing.T) {
	conn, gateway := bare(t, none)
	const tellers, each = 8, 500
	var all sync.WaitGroup
	for range tellers {
		all.Go(func() {
			for range each {
				conn.session.fact(conn.epoch, &pb.SessionFact{})
			}
		})
	}
	all.Wait()
	told := gateway.told()
	for n, fact := range told {
		if fact.Sequence != uint64(n+1) {
			t.Fatalf("number %d arrived at place %d", fact.Sequence, n+1)
		}
	}
	if len(told) != tellers*each {
		t.Errorf("%d facts", len(told))
	}
}

func TestOneEndForEachConnection(t *testing.T) {
	conn, _ := bare(t, none)
	conn.end(translate.Ending{Reason: pb.Reason_NETWORK, Detail: "end of stream"})
	conn.handle(&events.StreamReplaced{})
	conn.handle(&events.Disconnected{})
	conn.end(translate.Ending{Reason: pb.Reason_REQUESTED})
	if got := conn.worst(); got.Reason != pb.Reason_REPLACED {
		t.Errorf("ended with %+v", got)
	}
}

// Each of these is off in the library, and each one lost would lose messages.
func TestEveryGuardOfTheClientIsSet(t *testing.T) {
	conn, _ := bare(t, none)
	conn.attach(&store.Device{})
	c := conn.client
	for name, set := range map[string]bool{
		"no reconnect of its own":        !c.EnableAutoReconnect,
		"no reconnect after the login":   c.DisableLoginAutoReconnect,
		"acknowledged after the handler": c.SynchronousAck,
		"plaintext kept until then":      c.EnableDecryptedEventBuffer,
		"history not kept in memory":     c.ManualHistorySyncDownload,
		"sent messages kept for retries": c.UseRetryMessageStore,
		"a refresher for foreign tokens": c.RefreshCAT != nil && c.RefreshCAT(conn.ctx) != nil,
		"the connection's own context":   c.BackgroundEventCtx == conn.ctx,
		"no messages asked of the phone": !c.AutomaticMessageRerequestFromPhone,
	} {
		if !set {
			t.Errorf("not set: %s", name)
		}
	}
}

// What the outbox has to know of a failed send: was it sent, may it be repeated.
func TestWhyASendFailed(t *testing.T) {
	cases := map[string]struct {
		err             error
		written, broken bool
		refused         int
		code            pb.ErrorCode
		message         string
	}{
		"not on WhatsApp":         {err: errRecipientUnknown, code: pb.ErrorCode_RECIPIENT_UNKNOWN},
		"refused":                 {err: fmt.Errorf("%w %d", whatsmeow.ErrServerReturnedError, 463), written: true, refused: 463, code: pb.ErrorCode_REJECTED, message: "463"},
		"asked for patience":      {err: fmt.Errorf("usync: %w", &whatsmeow.IQError{Code: 429, Text: "rate-overlimit"}), code: pb.ErrorCode_REJECTED, message: "429 rate-overlimit"},
		"cut before the write":    {err: context.Canceled, code: pb.ErrorCode_NOT_CONNECTED},
		"cut after the write":     {err: context.Canceled, written: true, code: pb.ErrorCode_OUTCOME_UNKNOWN},
		"disconnected meanwhile":  {err: &whatsmeow.DisconnectedError{Action: "message send"}, written: true, code: pb.ErrorCode_OUTCOME_UNKNOWN},
		"a question unanswered":   {err: whatsmeow.ErrIQTimedOut, code: pb.ErrorCode_NOT_CONNECTED},
		"keys not stored":         {err: errors.New("disk full"), broken: true, code: pb.ErrorCode_STORAGE},
		"storage failed too late": {err: errors.New("disk full"), broken: true, written: true, code: pb.ErrorCode_OUTCOME_UNKNOWN},
		"something else, unsent":  {err: errors.New("no idea"), code: pb.ErrorCode_NOT_CONNECTED},
		"an answer without code":  {err: &whatsmeow.IQError{}, code: pb.ErrorCode_NOT_CONNECTED},
	}
	for name, c := range cases {
		conn, _ := bare(t, none)
		if c.broken {
			conn.watch.Fail(errors.New("disk full"))
		}
		got := conn.sends.explain(c.err, &attempt{written: c.written, refused: c.refused})
		if got.GetError().GetCode() != c.code || (c.message != "" && got.GetError().GetMessage() != c.message) {
			t.Errorf("%s: %v, want %v %q", name, got, c.code, c.message)
		}
		if c.message != "" && !strings.HasPrefix(c.message, fmt.Sprint(got.GetError().GetWhatsappCode())) {
			t.Errorf("%s: number %d in %q", name, got.Error.WhatsappCode, c.message)
		}
	}
}

// The two names of a person share a queue, whichever came first and whenever the second was learned.
func TestTwoNamesOfAPersonAreOneLane(t *testing.T) {
	number := types.NewJID("4915222088624", types.DefaultUserServer)
	lid := types.NewJID("223456789012345", types.HiddenUserServer)
	busy := map[types.JID][]types.JID{number: {number, lid}, lid: {number, lid}}
	for first, names := range busy {
		conn, _ := bare(t, none)
		if got := conn.sends.lane(first, types.EmptyJID); got != first.String() {
			t.Errorf("nothing is known yet: %s", got)
		}
		conn.sends.chats[first.String()] = nil
		for n, to := range names {
			if got := conn.sends.lane(to, names[1-n]); got != first.String() {
				t.Errorf("%s is being worked off, and %s goes to %s", first, to, got)
			}
		}
		if got := conn.sends.lane(types.NewJID("1", types.DefaultUserServer), types.EmptyJID); got != "1@s.whatsapp.net" {
			t.Errorf("somebody else goes to %s", got)
		}
	}
}
