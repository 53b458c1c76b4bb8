package world_test

import (
	"testing"
	"time"

	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

// pairByPushName links a client with the phone that belongs to its registration's push name.
func (l *lab) pairByPushName(name string) *companion {
	l.t.Helper()
	c := l.newCompanion()
	c.GetClientPayload = func() *waWa6.ClientPayload {
		payload := c.Store.GetClientPayload()
		payload.PushName = proto.String(name)
		return payload
	}
	l.must("POST", "/admin/mock-phone/scan-qr", c.code(), nil)
	waitFor[*events.Connected](c)
	return c
}

// deliveries collects the delivery receipts that the client hears of within a while, by message id.
func (c *companion) deliveries(while time.Duration) map[string]bool {
	ids, end := map[string]bool{}, time.After(while)
	for {
		select {
		case event := <-c.events:
			if receipt, ok := event.(*events.Receipt); ok && receipt.Type == types.ReceiptTypeDelivered {
				for _, id := range receipt.MessageIDs {
					ids[id] = true
				}
			}
		case <-end:
			return ids
		}
	}
}

func TestWhatNobodyHasSeenIsNotDelivered(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	_, writer := l.linked()
	absent := l.pairByPushName("absent")
	phone := absent.Store.ID.User
	absent.Disconnect()
	l.eventually("the companion has gone", func() bool { return !l.account(phone).Companions[0].Connected })

	id := writer.say(phone, "are you there?")
	// The phone has read it all the same: had it confirmed, the receipt would be on its way.
	l.inbox(phone, 1)
	if writer.deliveries(300 * time.Millisecond)[id] {
		t.Error("delivered, although the companion was away")
	}
	absent.SetForceActiveDeliveryReceipts(true)
	absent.login()
	if text := absent.text().Message.GetConversation(); text != "are you there?" {
		t.Errorf("the companion heard %q", text)
	}
	l.eventually("the delivery is told", func() bool { return writer.deliveries(50 * time.Millisecond)[id] })
}
