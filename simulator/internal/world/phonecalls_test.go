package world_test

import (
	"context"
	"net/http"
	"testing"

	"go.mau.fi/whatsmeow/types/events"
)

type callView struct {
	ID, With, State, Reason string
	Outgoing, Video         bool
	By                      int `json:"by_device"`
}

func (l *lab) calls(phone string) []callView {
	l.t.Helper()
	var list struct{ Items []callView }
	l.must("GET", "/admin/phones/"+phone+"/calls", nil, &list)
	return list.Items
}

func (l *lab) ring(from, to string, order fields) string {
	l.t.Helper()
	var placed struct{ ID string }
	order["to"] = to
	l.must("POST", "/admin/phones/"+from+"/calls", order, &placed)
	return placed.ID
}

// A call rings every device; one that rejects it stops the others, and the caller learns which one it was.
func TestACompanionRejectsACall(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	own, c := l.linked()
	second := l.newCompanion()
	second.pair(own)
	id := l.ring(friend, own, fields{"video": true})
	offer := waitFor[*events.CallOffer](c)
	if offer.CallID != id || offer.RemotePlatform == "" || offer.CallCreator.User != offer.From.User || offer.CallCreatorAlt.User != friend {
		t.Errorf("the offer is %+v", offer)
	}
	if len(offer.Data.GetChildrenByTag("video")) != 1 || len(offer.Data.GetChildrenByTag("enc")) != 1 || len(offer.Data.GetChildrenByTag("destination")) != 0 {
		t.Errorf("the offer holds %v", offer.Data)
	}
	waitFor[*events.CallOffer](second)
	l.eventually("the own phone rings too", func() bool { return len(l.calls(own)) == 1 && l.calls(own)[0].State == "ringing" })
	must(t, c.RejectCall(context.Background(), offer.From, offer.CallID))
	l.eventually("the caller hears of it", func() bool {
		call := l.calls(friend)[0]
		return call.State == "rejected" && call.By == 1 && call.Video
	})
	if ended := waitFor[*events.CallTerminate](second); ended.CallID != id || ended.Reason != "rejected_elsewhere" {
		t.Errorf("the other companion hears %+v", ended)
	}
	l.eventually("the own phone stops ringing", func() bool { return l.calls(own)[0].State == "rejected" })
	l.idle(own)
}

func TestCallsEndByThemselvesOrByTheCaller(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	own, c := l.linked()
	c.Disconnect()
	l.eventually("it is away", func() bool { return !l.account(own).Companions[0].Connected })
	missed := l.ring(friend, own, fields{"ring_s": 0.05})
	l.eventually("the phone gives up", func() bool { return l.calls(friend)[0].State == "ended" })
	must(t, c.Connect())
	if offer := waitFor[*events.CallOffer](c); offer.CallID != missed {
		t.Errorf("the missed call is %+v", offer)
	}
	if ended := waitFor[*events.CallTerminate](c); ended.CallID != missed || ended.Reason != "timeout" {
		t.Errorf("it ended as %+v", ended)
	}
	id := l.ring(friend, own, fields{})
	waitFor[*events.CallOffer](c)
	l.must("POST", "/admin/phones/"+friend+"/calls/"+id, fields{"action": "relaylatency"}, nil)
	if latency := waitFor[*events.CallRelayLatency](c); latency.CallID != id {
		t.Errorf("relay latency of %+v", latency)
	}
	l.must("POST", "/admin/phones/"+friend+"/calls/"+id, fields{"action": "transport"}, nil)
	waitFor[*events.CallTransport](c)
	l.eventually("the phone itself rings", func() bool { return len(l.calls(own)) == 2 })
	for _, action := range []string{"preaccept", "accept"} {
		l.must("POST", "/admin/phones/"+own+"/calls/"+id, fields{"action": action}, nil)
	}
	l.eventually("the caller hears that it is taken", func() bool { return l.calls(friend)[1].State == "accepted" })
	waitFor[*events.CallTerminate](c)
	l.must("POST", "/admin/phones/"+friend+"/calls/"+id, fields{"action": "terminate", "reason": "hangup"}, nil)
	l.eventually("both have ended it", func() bool { return l.calls(own)[1].State == "ended" && l.calls(own)[1].Reason == "hangup" })
	for name, test := range map[string]struct {
		id, action string
		status     int
	}{
		"ended":   {id, "accept", http.StatusNotFound},
		"unknown": {"X", "accept", http.StatusNotFound},
		"none":    {id, "sing", http.StatusBadRequest},
	} {
		if status := l.call("POST", "/admin/phones/"+own+"/calls/"+test.id, fields{"action": test.action}, nil); status != test.status {
			t.Errorf("%s: status %d", name, status)
		}
	}
	if status := l.call("POST", "/admin/phones/"+own+"/calls", fields{"to": own}, nil); status != http.StatusBadRequest {
		t.Errorf("a call to oneself: %d", status)
	}
}

func TestACallInAGroup(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	own, c := l.linked()
	var group struct{ JID string }
	l.must("POST", "/admin/phones/"+friend+"/groups", fields{"subject": "G", "members": []string{own}}, &group)
	id := l.ring(friend, group.JID, fields{})
	notice := waitFor[*events.CallOfferNotice](c)
	if notice.CallID != id || notice.Type != "group" || notice.Media != "audio" || notice.GroupJID.String() != group.JID {
		t.Errorf("the notice is %+v", notice)
	}
	l.must("POST", "/admin/phones/"+friend+"/calls/"+id, fields{"action": "terminate"}, nil)
	if ended := waitFor[*events.CallTerminate](c); ended.CallID != id {
		t.Errorf("it ended as %+v", ended)
	}
}
