package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow/types"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/labtest"
	"holdfast/engine/internal/vault"
)

func TestLinkReceiveConfirmSend(t *testing.T) {
	sim := labtest.Start(t)
	dir := t.TempDir()
	startEngine(t, dir, "--lab", sim.Trust)
	g := dial(t, dir)
	if !g.welcome.Lab {
		t.Error("welcome does not say that this is the lab")
	}
	own, friend := sim.Phone("own"), sim.Phone("friend")
	g.online("s1", own)

	friend.Say(own.Number, "hello")
	delivery := g.message("hello")
	if delivery.SessionId != "s1" || delivery.Epoch != 2 || delivery.GetMessage().FromMe || len(delivery.GetMessage().Raw) == 0 {
		t.Errorf("delivery: %v", delivery)
	}
	if queue := own.Account().Companions[0].Queue; queue != 1 {
		t.Errorf("acknowledged before the confirmation: %d in the queue, want 1", queue)
	}
	g.confirm(delivery)
	labtest.Eventually(t, "acknowledged after the confirmation", func() bool { return own.Account().Companions[0].Queue == 0 })

	result := g.must("s1", sendText("3EB0AAAA01", friend.Number+"@s.whatsapp.net", "hi there")).GetSend()
	if result.TimestampMs == 0 || result.Sender == "" || len(result.Message) == 0 {
		t.Errorf("send result: %v", result)
	}
	inbox := friend.Inbox(1)
	if inbox[0].ID != "3EB0AAAA01" || inbox[0].Text != "hi there" {
		t.Errorf("friend received %+v", inbox[0])
	}
	g.confirmAll()
	g.until("a receipt", func() bool {
		for _, d := range g.deliveries {
			if d.GetReceipt().GetKind() == pb.ReceiptKind_DELIVERED && d.GetReceipt().MessageIds[0] == "3EB0AAAA01" {
				return true
			}
		}
		return false
	})
}

// A gateway may take its time with a receipt: what comes after it is handed over meanwhile, and each is acknowledged to
// WhatsApp when it was confirmed, and not before.
func TestAReceiptHoldsUpNoMessage(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.must("s1", sendText("3EB0AAAA02", l.friend.Number+"@s.whatsapp.net", "question"))
	var receipt *pb.Delivery
	l.g.until("a receipt", func() bool {
		for _, d := range l.g.deliveries {
			if d.GetReceipt() != nil {
				receipt = d
			}
		}
		return receipt != nil
	})
	l.friend.Say(l.own.Number, "answer")
	l.g.confirm(l.g.message("answer"))
	labtest.Eventually(t, "the message acknowledged, the receipt not", func() bool { return l.queue() == 1 })
	l.g.confirm(receipt)
	labtest.Eventually(t, "the receipt acknowledged", func() bool { return l.queue() == 0 })
}

// What the owner writes on the phone comes too, marked as the owner's.
func TestMessagesOfTheOwnPhone(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.confirmAll()
	l.own.Say(l.friend.Number, "from my phone")
	message := l.g.message("from my phone").GetMessage()
	chats := message.Chat + " " + message.ChatAlt
	if !message.FromMe || !strings.Contains(chats, l.friend.Number+"@s.whatsapp.net") || !strings.Contains(chats, l.friend.LID) {
		t.Errorf("delivered %v", message)
	}
	if message.Sender == "" || message.SenderAlt == "" || strings.Contains(message.Sender, ":") {
		t.Errorf("sender %q, alias %q", message.Sender, message.SenderAlt)
	}
}

// A device that could not decrypt asks again, also after a restart: what was sent is kept in the session file.
func TestWhatWasSentCanBeSentAgainAfterARestart(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.must("s1", sendText("3EB0BEEF01", l.friend.Number+"@s.whatsapp.net", "again, please"))
	l.engine.kill()
	ctx := context.Background()
	file, err := vault.OpenFile(ctx, filepath.Join(l.dir, "sessions", l.own.Number, "session.db"), testKey)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // test
	device, err := file.LoadDevice(ctx, &vault.Watch{})
	if err != nil {
		t.Fatal(err)
	}
	number := types.NewJID(l.friend.Number, types.DefaultUserServer)
	lid, err := device.LIDs.GetLIDForPN(ctx, number)
	if err != nil {
		t.Fatal(err)
	}
	_, kept, err := device.EventBuffer.GetOutgoingEvent(ctx, lid, number, "3EB0BEEF01")
	if err != nil || !bytes.Contains(kept, []byte("again, please")) {
		t.Errorf("kept %q, %v", kept, err)
	}
}
