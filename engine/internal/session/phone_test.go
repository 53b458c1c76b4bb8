package session

import (
	"testing"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

func TestOnlyWhatThePhoneItselfSendsTellsThatItWasThere(t *testing.T) {
	own := types.NewADJID("4915100001", 0, 3)
	lid := types.JID{User: "900001", Server: types.HiddenUserServer, Device: 3}
	now := time.UnixMilli(1_800_000_000_000)
	pn := func(user string, device uint16) types.JID {
		return types.JID{User: user, Server: types.DefaultUserServer, Device: device}
	}
	group := types.NewJID("123456-789", types.GroupServer)
	for name, test := range map[string]struct {
		tag   string
		attrs waBinary.Attrs
		want  int64
	}{
		"a receipt":                    {"receipt", waBinary.Attrs{"from": pn("4915100001", 0), "type": "sender", "t": "1799999000"}, 1_799_999_000_000},
		"a message":                    {"message", waBinary.Attrs{"from": pn("4915100001", 0), "t": "1799999000"}, 1_799_999_000_000},
		"under its hidden name":        {"message", waBinary.Attrs{"from": types.NewJID("900001", types.HiddenUserServer), "t": "1799999000"}, 1_799_999_000_000},
		"in a group":                   {"message", waBinary.Attrs{"from": group, "participant": pn("4915100001", 0), "t": "1799999000"}, 1_799_999_000_000},
		"without a time":               {"receipt", waBinary.Attrs{"from": pn("4915100001", 0)}, now.UnixMilli()},
		"with a time that is none":     {"receipt", waBinary.Attrs{"from": pn("4915100001", 0), "t": "soon"}, now.UnixMilli()},
		"from the future":              {"receipt", waBinary.Attrs{"from": pn("4915100001", 0), "t": "1900000000"}, now.UnixMilli()},
		"another companion":            {"receipt", waBinary.Attrs{"from": pn("4915100001", 2), "t": "1799999000"}, 0},
		"somebody else":                {"message", waBinary.Attrs{"from": pn("4915100002", 0), "t": "1799999000"}, 0},
		"the server in its name":       {"notification", waBinary.Attrs{"from": pn("4915100001", 0), "t": "1799999000"}, 0},
		"a hidden name that looks so":  {"message", waBinary.Attrs{"from": types.NewJID("4915100001", types.HiddenUserServer)}, 0},
		"a sender of another type":     {"message", waBinary.Attrs{"from": "4915100001@s.whatsapp.net"}, 0},
		"nobody, before there is one":  {"message", waBinary.Attrs{}, 0},
		"the number of another server": {"message", waBinary.Attrs{"from": types.NewJID("4915100001", "broadcast")}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var seen phone
			seen.note(&waBinary.Node{Tag: test.tag, Attrs: test.attrs}, own, lid, now)
			if got := seen.seen.Load(); got != test.want {
				t.Errorf("seen at %d, want %d", got, test.want)
			}
		})
	}
}

func TestAnOlderStanzaDoesNotMoveItBack(t *testing.T) {
	own, now := types.NewADJID("4915100001", 0, 3), time.UnixMilli(1_800_000_000_000)
	var seen phone
	for _, at := range []string{"1799999000", "1799990000"} {
		attrs := waBinary.Attrs{"from": own.ToNonAD(), "t": at}
		seen.note(&waBinary.Node{Tag: "message", Attrs: attrs}, own, types.EmptyJID, now)
	}
	if got := seen.seen.Load(); got != 1_799_999_000_000 {
		t.Errorf("seen at %d", got)
	}
}

// Before a device is linked there is no phone.
func TestAnEmptyNameIsNobodys(t *testing.T) {
	var seen phone
	attrs := waBinary.Attrs{"from": types.NewJID("", types.DefaultUserServer)}
	seen.note(&waBinary.Node{Tag: "message", Attrs: attrs}, types.EmptyJID, types.EmptyJID, time.Now())
	if seen.seen.Load() != 0 {
		t.Error("seen")
	}
}
