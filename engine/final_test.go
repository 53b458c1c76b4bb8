package main

import (
	"bytes"
	"slices"
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/labtest"
)

// What the gateway composed is what receivers decrypt, byte for byte: at first, repeated, and when they ask again.
func TestTheBytesOfAMessageAreFinal(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.confirmAll()
	chat := l.friend.Number + "@s.whatsapp.net"
	composed := map[string][]byte{}
	for id, message := range map[string]*waE2E.Message{
		"3EB0FINA01": {Conversation: proto.String("plain")},
		"3EB0FINA02": {ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: proto.String("reply")}},
		"3EB0FINA03": {LocationMessage: &waE2E.LocationMessage{DegreesLatitude: proto.Float64(52.5), Name: proto.String("Gate")}},
	} {
		message.MessageContextInfo = &waE2E.MessageContextInfo{MessageSecret: bytes.Repeat([]byte{7}, 32)}
		encoded, err := proto.Marshal(message)
		if err != nil {
			t.Fatal(err)
		}
		// Fields that this engine's library does not know yet stay where they are.
		composed[id] = append(encoded, 0xfa, 0xff, 0x7f, 0x05, 'n', 'e', 'w', 'e', 'r')
	}
	send := func(id string) *pb.Command {
		return &pb.Command{Command: &pb.Command_Send{Send: &pb.Send{MessageId: id, To: chat, Message: composed[id]}}}
	}
	// The phone cannot read the first one and asks for it again.
	l.sim.Must("POST", "/admin/faults", map[string]any{
		"action": "corrupt", "match": map[string]any{"account": l.own.Number, "dir": "in", "tag": "message", "nth": 1},
	}, nil)
	for id := range composed {
		if result := l.g.must("s1", send(id)).GetSend(); !bytes.Equal(result.Message, composed[id]) {
			t.Errorf("%s: sent %x, want %x", id, result.Message, composed[id])
		}
	}
	for _, item := range l.friend.Inbox(len(composed)) {
		if !bytes.Equal(item.Raw, composed[item.ID]) {
			t.Errorf("%s: received %x, want %x", item.ID, item.Raw, composed[item.ID])
		}
	}
	// A request for a retry that the engine did not acknowledge comes again after the kill, with keys that are used up by then.
	labtest.Eventually(t, "the request for a retry is acknowledged", func() bool { return l.own.Queue() == 0 })
	l.engine.kill() // what is repeated comes from a process that knows nothing of the first attempt
	startEngine(t, l.dir, "--lab", l.sim.Trust)
	l.g = dial(t, l.dir)
	l.g.confirmAll()
	l.g.open("s1", l.own.Number)
	l.g.connect("s1", 3)
	again := l.sim.Phone("again")
	for id := range composed {
		l.g.must("s1", send(id))
		toAnother := send(id)
		toAnother.GetSend().To = again.Number + "@s.whatsapp.net"
		l.g.must("s1", toAnother)
	}
	for _, item := range again.Inbox(len(composed)) {
		if !bytes.Equal(item.Raw, composed[item.ID]) {
			t.Errorf("%s again: received %x, want %x", item.ID, item.Raw, composed[item.ID])
		}
	}
	labtest.Eventually(t, "every message has come again", func() bool {
		return !slices.ContainsFunc(l.friend.Inbox(len(composed)), func(item labtest.Received) bool { return item.Duplicates == 0 })
	})
	for _, item := range l.friend.Inbox(len(composed)) {
		if item.Duplicates != 1 || !bytes.Equal(item.Raw, composed[item.ID]) {
			t.Errorf("%s: %d duplicates, %x", item.ID, item.Duplicates, item.Raw)
		}
	}
}
