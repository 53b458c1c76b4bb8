package world_test

import (
	"net/http"
	"testing"

	binary "go.mau.fi/whatsmeow/binary"

	"holdfast/simulator/internal/world"
)

// known are the queries that clients send by themselves until they are ready, and at any time after.
var known = [][3]string{
	{"encrypt", "get", "count"}, {"encrypt", "set", "list"}, {"encrypt", "set", "rotate"}, {"encrypt", "get", "digest"}, {"encrypt", "get", "key"},
	{"passive", "set", "active"}, {"passive", "set", "passive"}, {"w:p", "get", ""}, {"w:p", "get", "ping"}, {"abt", "get", "props"},
	{"blocklist", "get", ""}, {"privacy", "get", "privacy"}, {"privacy", "set", "privacy"}, {"privacy", "set", "tokens"},
	{"disappearing_mode", "get", ""}, {"disappearing_mode", "set", "disappearing_mode"}, {"status", "set", "status"}, {"status", "get", "status"},
	{"w:qr", "set", "qr"}, {"w:qr", "get", "qr"}, {"w:stats", "set", "stats"}, {"urn:xmpp:whatsapp:push", "set", "config"},
	{"urn:xmpp:whatsapp:push", "get", "settings"}, {"spam", "set", "spam_list"}, {"fb:thrift_iq", "get", "request"}, {"bot", "get", "bot"},
	{"w:biz", "get", "business_profile"}, {"urn:xmpp:whatsapp:dirty", "set", "clean"}, {"w:mex", "get", "query"}, {"usync", "get", "usync"},
	{"w:sync:app:state", "set", "sync"}, {"w:m", "set", "media_conn"}, {"w:profile:picture", "get", "picture"},
	{"w:g2", "get", "participating"}, {"w:g2", "get", "query"}, {"w:g2", "set", "create"}, {"w:g2", "set", "leave"},
}

// Strict mode refuses what nobody knows; every query that the clients are known to send is known.
func TestStrictMode(t *testing.T) {
	l := newLab(t, func(options *world.Options) { options.Strict = true })
	_, c := l.linked()
	c.Disconnect()
	r := l.rawLogin(c)
	for _, kind := range known {
		var content any
		if kind[2] != "" {
			content = []binary.Node{{Tag: kind[2]}}
		}
		if code := codeOf(r.ask(kind[0], kind[1], content)); code == "501" {
			t.Errorf("nobody knows %v", kind)
		}
	}
	var list struct {
		Items []struct {
			XMLNS, Type, Child string
			Count              int
			Malformed          bool
		}
	}
	l.must("GET", "/admin/unknown", nil, &list)
	if len(list.Items) != 0 {
		t.Errorf("unknown: %+v", list.Items)
	}
	if code := codeOf(r.ask("no:such", "get", one("child", nil))); code != "501" {
		t.Errorf("an unknown query gets %q", code)
	}
	if code := codeOf(r.ask("", "get", nil)); code != "400" {
		t.Errorf("a malformed query gets %q", code)
	}
	var mode struct{ Strict bool }
	l.must("GET", "/admin/mode", nil, &mode)
	l.must("POST", "/admin/mode", map[string]bool{"strict": false}, nil)
	if !mode.Strict {
		t.Error("the mode is not strict")
	}
	if answer := r.ask("no:such", "get", one("child", nil)); answer.Attrs["type"] != "result" {
		t.Errorf("leniently: %s", answer.String())
	}
	l.must("GET", "/admin/unknown", nil, &list)
	if len(list.Items) != 2 || list.Items[0].XMLNS != "no:such" || list.Items[0].Child != "child" || list.Items[0].Count != 2 || !list.Items[1].Malformed {
		t.Errorf("unknown: %+v", list.Items)
	}
	if status := l.call("POST", "/admin/mode", `{"strictly":true}`, nil); status != http.StatusBadRequest {
		t.Errorf("status %d", status)
	}
}
