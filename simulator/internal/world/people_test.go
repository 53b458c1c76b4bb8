package world_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	binary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
)

// nextBroadcast returns the next <ib> with the child.
func (r *raw) nextBroadcast(child string) *binary.Node {
	r.t.Helper()
	for {
		if found, ok := r.next("ib").GetOptionalChildByTag(child); ok {
			return &found
		}
	}
}

// What is out of date is told at once and at each login, until the client says that it has caught up.
func TestDirtyNotices(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	phone, c := l.linked()
	var told struct {
		Companions []struct {
			Device int
			Dirty  []string
		}
	}
	l.must("POST", "/admin/accounts/"+phone+"/dirty", map[string]string{"type": "groups"}, &told)
	l.must("POST", "/admin/accounts/"+phone+"/dirty", map[string]string{"type": "account_sync"}, &told)
	if len(told.Companions) != 1 || !slices.Equal(told.Companions[0].Dirty, []string{"account_sync", "groups"}) {
		t.Errorf("told %+v", told)
	}
	must(t, c.MarkNotDirty(ctx, "account_sync", time.Now()))
	must(t, c.MarkNotDirty(ctx, "groups", time.Now().Add(-time.Hour))) // of an earlier notice
	c.Disconnect()
	r := l.rawLogin(c)
	r.send(binary.Node{Tag: "iq", Attrs: binary.Attrs{"id": "a", "xmlns": "passive", "type": "set", "to": types.ServerJID}, Content: one("active", nil)})
	if routing := r.nextBroadcast("edge_routing").GetChildByTag("routing_info"); len(routing.Content.([]byte)) == 0 {
		t.Error("no routing")
	}
	if dirty := r.nextBroadcast("dirty"); dirty.Attrs["type"] != "groups" || dirty.Attrs["timestamp"] == nil {
		t.Errorf("at login: %v", dirty)
	}
	r.ask("urn:xmpp:whatsapp:dirty", "set", []binary.Node{{Tag: "clean", Attrs: binary.Attrs{"type": "groups"}}})
	owner, _ := l.world.Rooms().Accounts.ByPhone(phone)
	if companion, _ := owner.Companion(1); len(companion.Dirty()) != 0 {
		t.Errorf("still out of date: %v", companion.Dirty())
	}
	if status := l.call("POST", "/admin/accounts/"+phone+"/dirty", map[string]string{"type": "socks"}, nil); status != 400 {
		t.Errorf("an unknown type has status %d", status)
	}
}

func TestBusinesses(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	shop := l.newPhone()
	phone, c := l.linked()
	l.must("POST", "/admin/phones/"+shop+"/business", map[string]string{
		"name": "The Shop", "description": "sells things", "email": "shop@example.org", "address": "Main Street 1", "category": "Shop",
	}, nil)
	found, err := c.GetBusinessProfile(ctx, jidOf(shop))
	must(t, err)
	if found.Email != "shop@example.org" || found.Address != "Main Street 1" || len(found.Categories) != 1 || found.Categories[0].Name != "Shop" {
		t.Errorf("profile %+v", found)
	}
	listed, err := c.IsOnWhatsApp(ctx, []string{"+" + shop, "+" + phone, "+4915999999999"})
	must(t, err)
	if len(listed) != 3 || listed[0].VerifiedName == nil || listed[0].VerifiedName.Details.GetVerifiedName() != "The Shop" ||
		listed[1].VerifiedName != nil || !listed[1].IsIn || listed[2].IsIn {
		t.Errorf("listed %+v", listed)
	}
	l.send(shop, phone, "buy")
	for named, written := false, false; !named || !written; {
		switch fact := (<-c.events).(type) { // in either order
		case *events.BusinessName:
			named = true
			if fact.NewBusinessName != "The Shop" {
				t.Errorf("named %+v", fact)
			}
		case *events.Message:
			if fact.Message.GetConversation() != "buy" {
				continue
			}
			written = true
			if fact.Info.VerifiedName == nil {
				t.Errorf("message %+v", fact.Info)
			}
		}
	}
}

// A number that people write otherwise is found by asking, under its own spelling; nothing can be sent to the other one.
func TestANumberWithTwoSpellings(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	var brazil struct{ Phone string }
	l.must("POST", "/admin/phones", fields{"phone": "551187654321", "name": "Bia"}, &brazil)
	l.must("POST", "/admin/phones/551187654321/spellings", fields{"number": "+5511987654321"}, nil)
	if status := l.call("POST", "/admin/phones/551187654321/spellings", fields{"number": "5511987654321"}, nil); status != 409 {
		t.Errorf("a spelling that is there has status %d", status)
	}
	_, c := l.linked()
	found, err := c.IsOnWhatsApp(ctx, []string{"+5511987654321", "+551187654321"})
	must(t, err)
	if len(found) != 2 || !found[0].IsIn || !found[1].IsIn || found[0].JID != found[1].JID {
		t.Errorf("found %+v", found)
	}
	devices, err := c.GetUserDevices(ctx, []types.JID{types.NewJID("5511987654321", types.DefaultUserServer)})
	if err == nil && len(devices) > 0 {
		t.Errorf("the spelling has devices %v", devices)
	}
}

func TestContactLinks(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	phone, anna := l.linked()
	_, ben := l.linked()
	code, err := anna.GetContactQRLink(ctx, false)
	must(t, err)
	target, err := ben.ResolveContactQRLink(ctx, whatsmeow.ContactQRLinkPrefix+code)
	must(t, err)
	account, _ := l.world.Rooms().Accounts.ByPhone(phone)
	if target.JID != account.LIDJID(0) || target.PushName != account.Name() {
		t.Errorf("leads to %+v", target)
	}
	fresh, err := anna.GetContactQRLink(ctx, true)
	must(t, err)
	if _, err = ben.ResolveContactQRLink(ctx, code); fresh == code || !errors.Is(err, whatsmeow.ErrContactQRLinkNotFound) {
		t.Errorf("the revoked code %s, the fresh one %s: %v", code, fresh, err)
	}
}

// Every protocol of a directory query that clients ask for has its answer, and unknown ones have none.
func TestDirectoryProtocols(t *testing.T) {
	l := newLab(t)
	phone, friend := l.newPhone(), l.newPhone()
	client := l.linkRaw(phone)
	l.linkRaw(friend).ask("disappearing_mode", "set", []binary.Node{{Tag: "disappearing_mode", Attrs: binary.Attrs{"duration": "604800"}}})
	l.must("POST", "/admin/phones/"+friend+"/about", map[string]string{"text": "here"}, nil)
	l.must("POST", "/admin/phones/"+friend+"/picture", map[string]any{"data_base64": jpegOf(t, 20)}, nil)
	l.must("POST", "/admin/phones/"+friend+"/username", map[string]string{"username": "friend.of.all"}, nil)
	var view struct{ Picture_ID string }
	l.must("GET", "/admin/phones/"+friend+"/profile", nil, &view)
	for protocol, want := range map[string]string{
		"status":            "<status>",
		"text_status":       "<text_status>",
		"picture":           "<picture id=" + view.Picture_ID + ">",
		"disappearing_mode": "<disappearing_mode>",
		"business":          "",
		"username":          "<username>",
		"feature":           "",
	} {
		got := describe(client.ask("usync", "get", usyncFor(protocol, jidOf(friend))))
		if want = "<list><user jid=" + jidOf(friend).String() + ">" + want; !strings.HasSuffix(got, want) {
			t.Errorf("%s:\n got %s\nwant …%s", protocol, got, want)
		}
	}
	byNumber := one("usync", []binary.Node{
		{Tag: "query", Content: []binary.Node{{Tag: "contact", Attrs: binary.Attrs{"addressing_mode": "pn"}}}},
		{Tag: "list", Content: one("user", one("contact", []byte("+"+friend)))},
		{Tag: "side_list", Content: []binary.Node{{Tag: "user", Attrs: binary.Attrs{"jid": jidOf(phone)}}}},
	})
	answer := client.ask("usync", "get", byNumber)
	if user := answer.GetChildByTag("usync", "list", "user"); user.Attrs["jid"] != jidOf(friend) {
		t.Errorf("by number: %v", answer)
	}
	if user := answer.GetChildByTag("usync", "side_list", "user"); user.Attrs["jid"] != jidOf(phone) {
		t.Errorf("beside: %v", answer)
	}
}

// The phone's own changes of its profile reach its companions.
func TestThePhoneChangesItsProfile(t *testing.T) {
	l := newLab(t)
	phone, c := l.linked()
	enemy := l.newPhone()
	l.must("POST", "/admin/phones/"+phone+"/about", map[string]string{"text": "from the phone"}, nil)
	if heard := waitFor[*events.UserAbout](c); heard.Status != "from the phone" {
		t.Errorf("heard %+v", heard)
	}
	l.must("POST", "/admin/phones/"+phone+"/picture", map[string]any{"data_base64": jpegOf(t, 20)}, nil)
	if heard := waitFor[*events.Picture](c); heard.Remove || heard.PictureID == "" {
		t.Errorf("heard %+v", heard)
	}
	l.must("POST", "/admin/phones/"+phone+"/picture", nil, nil)
	if heard := waitFor[*events.Picture](c); !heard.Remove {
		t.Errorf("heard %+v", heard)
	}
	l.must("POST", "/admin/phones/"+phone+"/privacy", map[string]string{"name": "last", "value": "none"}, nil)
	if heard := waitFor[*events.PrivacySettings](c); !heard.LastSeenChanged {
		t.Errorf("heard %+v", heard)
	}
	l.must("POST", "/admin/phones/"+phone+"/block", map[string]string{"phone": enemy}, nil)
	if heard := waitFor[*events.Blocklist](c); len(heard.Changes) != 1 {
		t.Errorf("heard %+v", heard)
	}
	var view struct {
		About   string
		Blocked []string
		Privacy []struct{ Name, Value string }
	}
	l.must("POST", "/admin/phones/"+phone+"/block", map[string]any{"phone": enemy, "blocked": false}, &view)
	if view.About != "from the phone" || len(view.Blocked) != 0 || view.Privacy[0].Value != "none" {
		t.Errorf("profile %+v", view)
	}
	for path, order := range map[string]map[string]any{
		"about": {"text": strings.Repeat("x", 140)}, "picture": {"data_base64": []byte("no jpeg")}, "privacy": {"name": "last"},
	} {
		if status := l.call("POST", "/admin/phones/"+phone+"/"+path, order, nil); status != 400 {
			t.Errorf("%s has status %d", path, status)
		}
	}
}
