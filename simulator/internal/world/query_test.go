package world_test

import (
	"crypto/sha1"
	"fmt"
	"strings"
	"testing"

	binary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"
)

// ask sends one query and returns its answer.
func (r *raw) ask(xmlns, kind string, content any) *binary.Node {
	r.t.Helper()
	r.asked++
	id := fmt.Sprint("q", r.asked)
	r.send(binary.Node{Tag: "iq", Attrs: binary.Attrs{"id": id, "xmlns": xmlns, "type": kind, "to": types.ServerJID}, Content: content})
	for {
		if node := r.next("iq"); node.Attrs["id"] == id {
			if node.Attrs["from"] != types.ServerJID {
				r.t.Errorf("%s %s answered by %v", xmlns, kind, node.Attrs["from"])
			}
			return node
		}
	}
}

func one(tag string, content any) []binary.Node { return []binary.Node{{Tag: tag, Content: content}} }

// describe writes a stanza on one line: tags and attributes alone, in the order of the stanza.
func describe(node *binary.Node) string {
	var text strings.Builder
	fmt.Fprintf(&text, "<%s", node.Tag)
	for _, name := range []string{"type", "code", "value", "name", "dhash", "config_code", "config_value", "version", "hostname", "auth", "id", "key-index", "val", "jid", "pn_jid"} {
		if value, ok := node.Attrs[name]; ok && node.Tag != "iq" {
			fmt.Fprintf(&text, " %s=%v", name, value)
		}
	}
	if node.Tag == "iq" {
		fmt.Fprintf(&text, " type=%v", node.Attrs["type"])
	}
	text.WriteString(">")
	for _, child := range node.GetChildren() {
		text.WriteString(describe(&child))
	}
	return text.String()
}

// Every kind of query that a client makes at its start has the answer that the clients need.
func TestQueries(t *testing.T) {
	l := newLab(t)
	phone, friend := l.newPhone(), l.newPhone()
	friendAccount, _ := l.world.Rooms().Accounts.ByPhone(friend)
	client := l.linkRaw(phone)
	friendLID := friendAccount.LID + "@lid"
	categories := ""
	for _, name := range []string{"last", "online", "profile", "status", "groupadd", "calladd", "messages", "readreceipts"} {
		categories += "<category value=all name=" + name + ">"
	}
	for _, test := range []struct {
		xmlns, kind string
		content     any
		want        string
	}{
		{"w:p", "get", one("ping", nil), "<iq type=result>"},
		{"w:p", "get", nil, "<iq type=result>"},
		{"urn:xmpp:ping", "get", nil, "<iq type=result>"},
		{"passive", "set", one("passive", nil), "<iq type=result>"},
		{"encrypt", "get", one("count", nil), "<iq type=result><count value=0>"},
		{"encrypt", "get", one("digest", nil), "<iq type=error><error code=404>"},
		{"encrypt", "set", one("rotate", nil), "<iq type=error><error code=400>"},
		{"abt", "get", one("props", nil), "<iq type=result><props><prop config_code=10518 config_value=1><prop config_code=9435 config_value=1>"},
		{"blocklist", "get", nil, "<iq type=result><list dhash=none>"},
		{"blocklist", "set", one("item", nil), "<iq type=error><error code=400>"},
		{"privacy", "get", one("privacy", nil), "<iq type=result><privacy>" + categories},
		{"privacy", "set", one("privacy", one("category", nil)), "<iq type=error><error code=400>"},
		{"privacy", "set", one("tokens", nil), "<iq type=result>"},
		{"disappearing_mode", "set", one("disappearing_mode", nil), "<iq type=error><error code=400>"},
		{"disappearing_mode", "get", nil, "<iq type=result><disappearing_mode>"},
		{"status", "set", one("status", []byte("busy")), "<iq type=result>"},
		{"w:profile:picture", "get", one("picture", nil), "<iq type=error><error code=404>"},
		{"w:m", "set", one("media_conn", nil), "<iq type=result><media_conn auth=wasim><host type=primary hostname=" + l.world.Address() + ">"},
		{"w:sync:app:state", "set", one("sync", []binary.Node{{Tag: "collection", Attrs: binary.Attrs{"name": "regular"}}}),
			"<iq type=result><sync><collection name=regular version=0>"},
		{"w:sync:app:state", "set", one("sync", []binary.Node{{Tag: "collection", Attrs: binary.Attrs{"name": "other"}}}),
			"<iq type=result><sync><collection type=error name=other><error code=400>"},
		{"md", "set", []binary.Node{{Tag: "remove-companion-device", Attrs: binary.Attrs{"jid": jidOf(friend)}}}, "<iq type=error><error code=400>"},
		{"urn:xmpp:whatsapp:dirty", "set", one("clean", nil), "<iq type=result>"},
		{"something:new", "get", one("thing", nil), "<iq type=result>"},
		{"usync", "get", usyncFor("devices", jidOf(friend)), "<iq type=result><usync><result><devices><list><user jid=" + jidOf(friend).String() +
			"><devices><device-list><device id=0><key-index-list>"},
		{"usync", "get", usyncFor("lid", jidOf(friend)), "<iq type=result><usync><result><lid><list><user jid=" + jidOf(friend).String() + "><lid val=" + friendLID + ">"},
		{"usync", "get", usyncFor("lid", jidOf("4915999999999")), "<iq type=result><usync><result><lid><list><user jid=4915999999999@s.whatsapp.net>"},
		{"usync", "get", usyncContact("+" + friend), "<iq type=result><usync><result><contact><list><user jid=" + friendLID + " pn_jid=" +
			jidOf(friend).String() + "><contact type=in>"},
		{"usync", "get", usyncContact("+4915999999999"), "<iq type=result><usync><result><contact><list><user jid=4915999999999@s.whatsapp.net><contact type=out>"},
	} {
		if got := describe(client.ask(test.xmlns, test.kind, test.content)); got != test.want {
			t.Errorf("%s %s:\n got %s\nwant %s", test.xmlns, test.kind, got, test.want)
		}
	}
}

func usyncFor(protocol string, user types.JID) []binary.Node {
	return one("usync", []binary.Node{
		{Tag: "query", Content: one(protocol, nil)},
		{Tag: "list", Content: []binary.Node{{Tag: "user", Attrs: binary.Attrs{"jid": user}}}},
	})
}

func usyncContact(number string) []binary.Node {
	return one("usync", []binary.Node{
		{Tag: "query", Content: one("contact", nil)},
		{Tag: "list", Content: one("user", one("contact", []byte(number)))},
	})
}

// The digest is the sum over what the client has uploaded, in its order; bundles take keys in that order too.
func TestKeysAreServedAsUploaded(t *testing.T) {
	l := newLab(t)
	phone := l.newPhone()
	client := l.linkRaw(phone)
	signed := client.identity.CreateSignedPreKey(9)
	var list []binary.Node
	sum := sha1.New()
	sum.Write(client.identity.Pub[:])
	sum.Write(signed.Pub[:])
	sum.Write(signed.Signature[:])
	var publics [][]byte
	for id := range byte(3) {
		pair := keys.NewKeyPair()
		sum.Write(pair.Pub[:])
		publics = append(publics, pair.Pub[:])
		list = append(list, binary.Node{Tag: "key", Content: []binary.Node{{Tag: "id", Content: []byte{0, 0, id + 1}}, {Tag: "value", Content: pair.Pub[:]}}})
	}
	skey := func(signature []byte) binary.Node {
		return binary.Node{Tag: "skey", Content: []binary.Node{
			{Tag: "id", Content: []byte{0, 0, 9}}, {Tag: "value", Content: signed.Pub[:]}, {Tag: "signature", Content: signature},
		}}
	}
	upload := func(identity, signature []byte) string {
		return describe(client.ask("encrypt", "set", []binary.Node{
			{Tag: "registration", Content: []byte{0, 0, 0, 77}}, {Tag: "type", Content: []byte{5}}, {Tag: "identity", Content: identity},
			{Tag: "list", Content: list}, skey(signature),
		}))
	}
	refused := "<iq type=error><error code=406>"
	if got := upload(client.identity.Pub[:], make([]byte, 64)); got != refused {
		t.Errorf("an unsigned key: %s", got)
	}
	if got := upload(keys.NewKeyPair().Pub[:], signed.Signature[:]); got != refused {
		t.Errorf("another identity: %s", got)
	}
	if got := upload(client.identity.Pub[:], signed.Signature[:]); got != "<iq type=result>" {
		t.Fatalf("the honest upload: %s", got)
	}
	digest := client.ask("encrypt", "get", one("digest", nil))
	if hash, _ := digest.GetChildByTag("digest", "hash").Content.([]byte); string(hash) != string(sum.Sum(nil)) {
		t.Errorf("digest %x", hash)
	}
	for i := range 4 {
		answer := client.ask("encrypt", "get", one("key", []binary.Node{{Tag: "user", Attrs: binary.Attrs{"jid": client.jid}}}))
		user := answer.GetChildByTag("list", "user")
		key, has := user.GetOptionalChildByTag("key", "value")
		if has != (i < len(publics)) {
			t.Fatalf("bundle %d has a one-time key: %v", i, has)
		}
		if has && string(key.Content.([]byte)) != string(publics[i]) {
			t.Errorf("bundle %d has another key", i)
		}
		if proof, ok := user.GetChildByTag("device-identity").Content.([]byte); !ok || len(proof) == 0 {
			t.Errorf("bundle %d has no device identity", i)
		}
	}
	stranger := client.ask("encrypt", "get", one("key", []binary.Node{{Tag: "user", Attrs: binary.Attrs{"jid": jidOf("4915999999999")}}}))
	if got := describe(stranger); got != "<iq type=result><list><user jid=4915999999999@s.whatsapp.net><error code=406>" {
		t.Errorf("a stranger's bundle: %s", got)
	}
}

// A message to nobody is acknowledged with an error, and so the client does not wait.
func TestAMessageToNobody(t *testing.T) {
	l := newLab(t)
	client := l.linkRaw(l.newPhone())
	client.send(binary.Node{Tag: "message", Attrs: binary.Attrs{"id": "M1", "to": jidOf("4915999999999"), "type": "text"}})
	ack := client.next("ack")
	if ack.Attrs["id"] != "M1" || ack.Attrs["class"] != "message" || ack.Attrs["error"] != "404" {
		t.Errorf("acknowledged with %v", ack.Attrs)
	}
}

// Nobody can make the server deliver to a third account by listing it.
func TestAStrangersDeviceIsNotListed(t *testing.T) {
	l := newLab(t)
	friend, victim := l.newPhone(), l.newPhone()
	client := l.linkRaw(l.newPhone())
	enc := binary.Node{Tag: "enc", Attrs: binary.Attrs{"v": "2", "type": "msg"}, Content: []byte("x")}
	target := func(phone string) binary.Node {
		return binary.Node{Tag: "to", Attrs: binary.Attrs{"jid": jidOf(phone)}, Content: []binary.Node{enc}}
	}
	client.send(binary.Node{
		Tag: "message", Attrs: binary.Attrs{"id": "M1", "to": jidOf(friend), "type": "text"},
		Content: one("participants", []binary.Node{target(friend), target(victim)}),
	})
	client.next("ack")
	if receipt := client.next("receipt"); receipt.Attrs["type"] != "retry" || receipt.Attrs["from"] != jidOf(friend) {
		t.Errorf("receipt %v", receipt.Attrs)
	}
	l.send(friend, victim, "hello")
	l.inbox(victim, 1)
	select {
	case node := <-client.nodes:
		if node.Tag == "receipt" && node.Attrs["from"] == jidOf(victim) {
			t.Error("the victim's phone got the message")
		}
	default:
	}
}

// Typing reaches who is connected, and is kept for nobody.
func TestTyping(t *testing.T) {
	l := newLab(t)
	phone, other := l.newPhone(), l.newPhone()
	writer, reader := l.linkRaw(phone), l.linkRaw(other)
	writer.send(binary.Node{Tag: "chatstate", Attrs: binary.Attrs{"to": jidOf(other)}, Content: one("composing", nil)})
	notice := reader.next("chatstate")
	if notice.Attrs["from"] != writer.jid || notice.GetChildren()[0].Tag != "composing" {
		t.Errorf("notice %+v", notice)
	}
	group := groupOf(l.newGroup(phone, "g", other))
	writer.send(binary.Node{Tag: "chatstate", Attrs: binary.Attrs{"to": group}, Content: one("paused", nil)})
	notice = reader.next("chatstate")
	if notice.Attrs["from"] != group || notice.Attrs["participant"].(types.JID).Device != writer.jid.Device {
		t.Errorf("notice in a group %+v", notice)
	}
}
