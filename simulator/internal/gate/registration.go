package gate

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/whatsmeow/proto/waAdv"
	"go.mau.fi/whatsmeow/proto/waCompanionReg"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/faults"
	"holdfast/simulator/internal/keys"
	"holdfast/simulator/internal/stanza"
	"holdfast/simulator/internal/wire"
)

// errRegistration means that a registration does not hold what it must, or is not signed by its identity.
var errRegistration = errors.New("gate: bad registration")

// errOffered means that a code of this connection was already scanned.
var errOffered = errors.New("gate: already scanned")

func phoneOf(username uint64) string { return strconv.FormatUint(username, 10) }

// parseRegistration reads and proves what a new device says of itself.
func parseRegistration(static [32]byte, payload *waWa6.ClientPayload) (*account.Registration, error) {
	pairing := payload.GetDevicePairingData()
	if len(pairing.GetEIdent()) != 32 || len(pairing.GetERegid()) != 4 || len(pairing.GetESkeyID()) != 3 ||
		len(pairing.GetESkeyVal()) != 32 || len(pairing.GetESkeySig()) != 64 ||
		len(pairing.GetEKeytype()) != 1 || pairing.GetEKeytype()[0] != ecc.DjbType {
		return nil, fmt.Errorf("%w: a field is missing or has the wrong size", errRegistration)
	}
	registration := &account.Registration{
		Noise: static, Identity: [32]byte(pairing.GetEIdent()),
		RegistrationID: binary.BigEndian.Uint32(pairing.GetERegid()),
		Signed: keys.SignedPreKey{
			PreKey:    keys.PreKey{ID: [3]byte(pairing.GetESkeyID()), Public: [32]byte(pairing.GetESkeyVal())},
			Signature: [64]byte(pairing.GetESkeySig()),
		},
		PushName: payload.GetPushName(), Platform: platform(pairing.GetDeviceProps()),
	}
	if !registration.Signed.Verify(registration.Identity) {
		return nil, fmt.Errorf("%w: the signed pre-key's signature does not hold", errRegistration)
	}
	return registration, nil
}

func platform(encoded []byte) string {
	props := &waCompanionReg.DeviceProps{}
	if proto.Unmarshal(encoded, props) != nil {
		return ""
	}
	return props.GetPlatformType().String()
}

// register shows codes until one is scanned and the device has proven its identity.
func (g *Gate) register(conn *wire.Conn, hello *wire.Hello) {
	registration, err := parseRegistration(hello.Static, hello.Payload)
	if err != nil {
		g.Log.Info("gate.registration_refused", "conn", conn.ID, "error", err)
		g.fail(newLine(g, g.ctx, conn, nil), "400")
		return
	}
	ctx, cancel := context.WithTimeout(g.ctx, account.PairingTime)
	defer cancel()
	applicant := &applicant{line: newLine(g, ctx, conn, nil), registration: registration}
	applicant.take = func(node *stanza.Node) {
		if applicant.handle(node) {
			applicant.over.Store(true)
		}
	}
	g.enter(applicant.line)
	defer g.leave(applicant.line)
	refs := g.Lobby.Enter(registration, applicant)
	defer g.Lobby.Leave(refs)
	defer g.Lobby.ForgetCodes(applicant)
	applicant.show(refs)
	for !applicant.over.Load() {
		node, err := conn.Read(ctx)
		if err != nil {
			conn.Close()
			return
		}
		applicant.hear(node)
	}
}

// applicant is a connection that shows codes.
type applicant struct {
	*line
	registration *account.Registration
	// over tells that the pairing has come to an end, good or bad.
	over atomic.Bool

	// after is what follows the answer that is being given; the reader alone uses it.
	after func()

	offering sync.Mutex
	offer    *account.Offer
	// early tells that the request to restart has gone out before its time.
	early bool
}

var _ account.Applicant = (*applicant)(nil)

const (
	pairDeviceID  = "wasim-pair-device"
	pairSuccessID = "wasim-pair-success"
)

func (a *applicant) show(refs []string) {
	children := make([]stanza.Node, len(refs))
	for i, ref := range refs {
		children[i] = stanza.Raw("ref", []byte(ref))
	}
	_ = a.say(stanza.New("iq", stanza.Attrs{
		"from": types.ServerJID, "type": "set", "id": pairDeviceID, "xmlns": "md",
	}, stanza.New("pair-device", nil, children...)), "")
}

// Offer carries the phone's answer to the client; a second scan on the same connection is refused.
func (a *applicant) Offer(offer *account.Offer) error {
	a.offering.Lock()
	defer a.offering.Unlock()
	if a.offer != nil {
		return errOffered
	}
	props, err := proto.Marshal(&waCompanionReg.ClientPairingProps{IsChatDbLidMigrated: proto.Bool(true)})
	if err != nil {
		return fmt.Errorf("gate: pairing properties: %w", err)
	}
	sealed, err := a.sealed(offer)
	if err != nil {
		return err
	}
	a.offer = offer
	owner, device := offer.Companion.Account, offer.Companion.Device
	err = a.say(stanza.New("iq", stanza.Attrs{
		"from": types.ServerJID, "type": "set", "id": pairSuccessID, "xmlns": "md", "t": stanza.Unix(a.gate.Now()),
	}, stanza.New("pair-success", nil,
		stanza.Raw("device-identity", sealed),
		stanza.New("biz", stanza.Attrs{"name": ""}),
		stanza.New("device", stanza.Attrs{"jid": owner.PN(device), "lid": owner.LIDJID(device)}),
		stanza.New("platform", stanza.Attrs{"name": "android"}),
		stanza.Raw("client-props", props),
	)), "")
	if err == nil && a.gate.Faults.Take(faults.Early515, owner.Phone) {
		a.early = true
		err = a.say(stanza.StreamError("515"), "")
	}
	return err
}

// sealed is the device's identity under the phone's proof, unless a fault spoils one of the two.
func (a *applicant) sealed(offer *account.Offer) ([]byte, error) {
	phone := offer.Companion.Account.Phone
	switch {
	case a.gate.Faults.Take(faults.BadAccountSignature, phone):
		return offer.Forged()
	case a.gate.Faults.Take(faults.BadPairHMAC, phone):
		container := &waAdv.ADVSignedDeviceIdentityHMAC{}
		if err := proto.Unmarshal(offer.Sealed, container); err != nil {
			return nil, fmt.Errorf("gate: sealed identity: %w", err)
		}
		container.HMAC[0] ^= 0xff
		return proto.Marshal(container)
	default:
		return offer.Sealed, nil
	}
}

// handle takes one stanza of an unpaired client and tells whether the connection is over.
func (a *applicant) handle(node *stanza.Node) (over bool) {
	if node.Tag != "iq" {
		return false
	}
	switch stanza.Text(node, "type") {
	case "get", "set":
		_ = a.say(a.answer(node), stanza.Text(node, "xmlns"))
		if after := a.after; after != nil {
			a.after = nil
			after()
		}
		return false
	}
	a.offering.Lock()
	offer := a.offer
	a.offering.Unlock()
	if offer == nil || stanza.Text(node, "id") != pairSuccessID {
		return false
	}
	return a.conclude(node, offer)
}

func (a *applicant) conclude(node *stanza.Node, offer *account.Offer) (over bool) {
	g := a.gate
	sign, ok := stanza.Child(node, "pair-device-sign")
	if stanza.Text(node, "type") != "result" || !ok {
		g.Log.Info("gate.pairing_refused_by_client", "conn", a.conn.ID)
		g.partWith(a.conn)
		return true
	}
	if err := offer.Accept(stanza.ChildBytes(sign, "device-identity"), g.Now()); err != nil {
		g.Log.Info("gate.pairing_refused", "conn", a.conn.ID, "error", err)
		g.fail(a.line, "401")
		return true
	}
	g.Log.Info("gate.paired", "companion", offer.Companion.String())
	g.Router.DeviceAdded(offer.Companion)
	if g.Faults.Take(faults.CloseAfterPairSuccess, offer.Companion.Account.Phone) {
		a.conn.Close()
		return true
	}
	if g.Faults.Take(faults.Missing515, offer.Companion.Account.Phone) {
		return false
	}
	if !a.early {
		_ = a.say(stanza.StreamError("515"), "")
	}
	g.partWith(a.conn)
	return true
}
