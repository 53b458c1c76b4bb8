package world_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/whatsmeow"
	wabinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waAdv"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"
	"google.golang.org/protobuf/proto"
)

// light is a companion without a store: it pairs and logs in properly, and confirms what it gets unread. Tests
// and benchmarks with many companions use it, because a whole client costs half a megabyte.
type light struct {
	*raw
	jid              types.JID
	got              chan string
	static, identity *keys.KeyPair
}

// linkLight pairs a light companion with a phone and logs it in; it confirms what comes.
func (l *lab) linkLight(phone string) *light {
	l.t.Helper()
	c := l.linkRaw(phone)
	c.got = make(chan string, 1000)
	go c.answer(c.nodes, c.got)
	c.activate()
	return c
}

// linkRaw pairs a light companion and logs it in; what comes is the test's to read.
func (l *lab) linkRaw(phone string) *light {
	l.t.Helper()
	c := &light{static: keys.NewKeyPair(), identity: keys.NewKeyPair()}
	advSecret := make([]byte, 32)
	_, _ = rand.Read(advSecret)
	pairing := l.dialRaw(c.static, registration(c.identity))
	pairDevice := pairing.next("iq")
	ref := pairDevice.GetChildByTag("pair-device", "ref").Content.([]byte)
	code := []string{string(ref)}
	for _, key := range [][]byte{c.static.Pub[:], c.identity.Pub[:], advSecret} {
		code = append(code, base64.StdEncoding.EncodeToString(key))
	}
	l.must("POST", "/admin/phones/"+phone+"/scan", strings.Join(code, ","), nil)
	success := pairing.next("iq")
	device := success.GetChildByTag("pair-success", "device")
	c.jid = device.Attrs["jid"].(types.JID)
	sealed := success.GetChildByTag("pair-success", "device-identity").Content.([]byte)
	pairing.send(wabinary.Node{
		Tag: "iq", Attrs: wabinary.Attrs{"to": types.ServerJID, "type": "result", "id": success.Attrs["id"]},
		Content: []wabinary.Node{{Tag: "pair-device-sign", Content: []wabinary.Node{{
			Tag: "device-identity", Attrs: wabinary.Attrs{"key-index": 1}, Content: c.sign(l, sealed),
		}}}},
	})
	pairing.next("stream:error")
	pairing.noise.Stop(true, false)
	c.login(l)
	return c
}

func registration(identity *keys.KeyPair) *waWa6.ClientPayload {
	signed := identity.CreateSignedPreKey(1)
	return &waWa6.ClientPayload{
		Passive: proto.Bool(false), Pull: proto.Bool(false),
		DevicePairingData: &waWa6.ClientPayload_DevicePairingRegistrationData{
			ERegid: binary.BigEndian.AppendUint32(nil, 77), EKeytype: []byte{ecc.DjbType}, EIdent: identity.Pub[:],
			ESkeyID: []byte{0, 0, 1}, ESkeyVal: signed.Pub[:], ESkeySig: signed.Signature[:],
		},
	}
}

// sign proves the identity key over what the account has issued.
func (c *light) sign(l *lab, sealed []byte) []byte {
	l.t.Helper()
	outer, inner := &waAdv.ADVSignedDeviceIdentityHMAC{}, &waAdv.ADVSignedDeviceIdentity{}
	must(l.t, proto.Unmarshal(sealed, outer))
	must(l.t, proto.Unmarshal(outer.GetDetails(), inner))
	message := append([]byte{}, whatsmeow.AdvDeviceSignaturePrefix...)
	message = append(message, inner.GetDetails()...)
	message = append(message, c.identity.Pub[:]...)
	message = append(message, inner.GetAccountSignatureKey()...)
	signature := ecc.CalculateSignature(ecc.NewDjbECPrivateKey(*c.identity.Priv), message)
	inner.DeviceSignature, inner.AccountSignatureKey = signature[:], nil
	encoded, err := proto.Marshal(inner)
	must(l.t, err)
	return encoded
}

func (c *light) login(l *lab) {
	l.t.Helper()
	var number uint64
	_, err := fmt.Sscan(c.jid.User, &number)
	must(l.t, err)
	c.raw = l.dialRaw(c.static, &waWa6.ClientPayload{
		Username: proto.Uint64(number), Device: proto.Uint32(uint32(c.jid.Device)), Passive: proto.Bool(true), Pull: proto.Bool(true),
	})
	c.next("success")
}

// activate ends the login: what waits is delivered, and the phone greets a new companion.
func (c *light) activate() {
	c.send(wabinary.Node{
		Tag: "iq", Attrs: wabinary.Attrs{"type": "set", "xmlns": "passive", "id": "active", "to": types.ServerJID},
		Content: []wabinary.Node{{Tag: "active"}},
	})
}

// answer confirms whatever comes, and passes on the ids of messages from others.
func (c *light) answer(nodes <-chan *wabinary.Node, got chan<- string) {
	for node := range nodes {
		attrs := wabinary.Attrs{"id": node.Attrs["id"], "to": node.Attrs["from"]}
		reply := wabinary.Node{Tag: "receipt", Attrs: attrs}
		switch node.Tag {
		case "message":
			if node.Attrs["from"].(types.JID).User == c.jid.User {
				attrs["type"] = "sender"
				break
			}
			got <- node.Attrs["id"].(string)
		case "receipt", "notification":
			attrs["class"] = node.Tag
			if kind, ok := node.Attrs["type"]; ok {
				attrs["type"] = kind
			}
			reply.Tag = "ack"
		default:
			continue
		}
		encoded, err := wabinary.Marshal(reply)
		if err != nil || c.raw.noise.SendFrame(context.Background(), encoded) != nil {
			return
		}
	}
}

// receive returns the ids of the next n messages from others.
func (c *light) receive(n int) []string {
	c.t.Helper()
	var ids []string
	timeout := time.After(patience)
	for len(ids) < n {
		select {
		case id := <-c.got:
			ids = append(ids, id)
		case <-timeout:
			c.t.Fatalf("%d of %d messages in time", len(ids), n)
		}
	}
	return ids
}
