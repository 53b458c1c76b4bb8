package main

import (
	"testing"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/labtest"
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
	labtest.Within(t, 3e9, "acknowledged after the confirmation", func() bool { return own.Account().Companions[0].Queue == 0 })

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
