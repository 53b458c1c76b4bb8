package router

import (
	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/stanza"
)

const (
	// CodeUnknownRecipient is the error of an acknowledgement for a message to nobody.
	CodeUnknownRecipient = "404"
	// codeNoToken is the error of one for a message of a stranger to somebody who takes none without a token.
	codeNoToken = "463"
)

// Attributes and children of a client's message that reach its receivers as they are; all others are
// addressed to the server.
var (
	copiedAttrs   = []string{"type", "category", "edit", "addressing_mode", "push_priority", "privacy_sensitive"}
	serverContent = map[string]bool{
		"participants": true, "device-identity": true, "enc": true, "tctoken": true, "cstoken": true,
	}
)

// Message routes a direct message and returns its acknowledgement. Each listed device gets its own copy; a
// message with a bare envelope goes to exactly the device that it is addressed to.
func (r *Router) Message(from Origin, node *stanza.Node) stanza.Node {
	to, _ := stanza.JID(node, "to")
	ack := stanza.New("ack", stanza.Attrs{
		"class": "message", "id": stanza.Text(node, "id"), "from": to, "t": r.unix(),
	})
	if participant, ok := stanza.JID(node, "participant"); ok {
		ack.Attrs["participant"] = participant
	}
	if to.Server == types.GroupServer {
		return r.groupMessage(from, to, node, ack)
	}
	if place, ok := r.places[to.Server]; ok {
		return place.Message(r, from, to, node, ack)
	}
	recipient, ok := r.accounts.ByJID(to)
	if !ok {
		ack.Attrs["error"] = CodeUnknownRecipient
		return ack
	}
	if r.refusesStranger(from, recipient, node) {
		ack.Attrs["error"] = codeNoToken
		return ack
	}
	r.Accepted()
	from.Account.WroteTo(recipient.Phone)
	message := &outgoing{router: r, from: from, to: to, recipient: recipient, node: node}
	if participants, listed := stanza.Child(node, "participants"); listed {
		message.to = to.ToNonAD()
		for _, target := range participants.GetChildren() {
			message.fanOut(&target)
		}
		if message.stale(participants) {
			// Tells the sender that its device lists are out of date.
			ack.Attrs["phash"] = account.DeviceHash(message.devices())
		}
	} else if envelopes := node.GetChildrenByTag("enc"); len(envelopes) > 0 {
		message.send(recipient, to.Device, envelopes)
	}
	return ack
}

// outgoing is one message on its way to several devices.
type outgoing struct {
	router    *Router
	from      Origin
	to        types.JID
	recipient *account.Account
	node      *stanza.Node
}

// stale tells whether the listed devices differ from those that exist.
func (m *outgoing) stale(participants *stanza.Node) bool {
	missing := map[types.JID]bool{}
	for _, device := range m.devices() {
		missing[device] = true
	}
	delete(missing, m.from.Account.Address(m.to, m.from.Device))
	for _, target := range participants.GetChildren() {
		jid, ok := stanza.JID(&target, "jid")
		owner, known := m.router.accounts.ByJID(jid)
		if !ok || !known {
			return true
		}
		device := owner.Address(m.to, jid.Device)
		if !missing[device] {
			return true
		}
		delete(missing, device)
	}
	return len(missing) > 0
}

// devices lists every device of both sides, in the domain of the message.
func (m *outgoing) devices() []types.JID {
	devices := m.recipient.DeviceAddresses(m.to)
	if m.recipient != m.from.Account {
		devices = append(devices, m.from.Account.DeviceAddresses(m.to)...)
	}
	return devices
}

func (m *outgoing) fanOut(target *stanza.Node) {
	jid, ok := stanza.JID(target, "jid")
	if !ok {
		return
	}
	owner, ok := m.router.accounts.ByJID(jid)
	// A sender may list its own devices and the recipient's, nobody else's.
	if !ok || (owner != m.recipient && owner != m.from.Account) {
		return
	}
	if owner == m.from.Account && jid.Device == m.from.Device {
		return
	}
	m.send(owner, jid.Device, target.GetChildrenByTag("enc"))
}

// refusesStranger tells whether the recipient does not take this message. Phones hold every token that they need, and
// what is sent again because a device asked for it has been taken before.
func (r *Router) refusesStranger(from Origin, recipient *account.Account, node *stanza.Node) bool {
	if from.Device == 0 || sentAgain(node) {
		return false
	}
	if !from.Account.Reaches(recipient, r.now()) {
		return true
	}
	trusted, cold := stanza.ChildBytes(node, "tctoken"), stanza.ChildBytes(node, "cstoken")
	return !recipient.Receives(from.Account, trusted, cold, r.now())
}

func sentAgain(node *stanza.Node) bool {
	envelope, bare := stanza.Child(node, "enc")
	return bare && stanza.Int(envelope, "count") > 0
}

func (m *outgoing) send(owner *account.Account, device uint16, envelopes []stanza.Node) {
	if owner != m.from.Account && owner.Profile.Blocks(m.from.Account.Phone) {
		// The sender is not to find out.
		return
	}
	own := m.router.Copy(m.from, m.node, envelopes)
	own.Attrs["from"] = m.from.Account.Address(m.to, m.from.Device)
	if owner == m.from.Account {
		m.addressOwn(own.Attrs)
	} else {
		m.addressPeer(own.Attrs)
	}
	if certificate, business := m.from.Account.VerifiedName(); business && owner != m.from.Account {
		own.Attrs["verified_name"] = m.from.Account.BusinessSerial()
		own.Content = append(own.GetChildren(), stanza.Raw("verified_name", certificate, stanza.Attrs{"v": "1", "verified_level": "unknown"}))
	}
	m.router.Deliver(owner, device, own, m.from.Account.Phone)
}

// Copy is a message as one of its receivers gets it, still without addresses: its envelopes, the sender's proof if they
// open a session, and whatever is not addressed to the server.
func (r *Router) Copy(from Origin, node *stanza.Node, envelopes []stanza.Node) stanza.Node {
	attrs := stanza.Attrs{"id": stanza.Text(node, "id"), "t": r.unix(), "notify": from.Account.Name()}
	for _, name := range copiedAttrs {
		if value, ok := node.Attrs[name]; ok {
			attrs[name] = value
		}
	}
	children := append([]stanza.Node{}, envelopes...)
	if identity, ok := stanza.Child(node, "device-identity"); ok && opensSession(envelopes) {
		children = append(children, *identity)
	}
	for _, child := range node.GetChildren() {
		if !serverContent[child.Tag] {
			children = append(children, child)
		}
	}
	return stanza.New("message", attrs, children...)
}

// addressPeer tells another account's device who writes, under both of the sender's names.
func (m *outgoing) addressPeer(attrs stanza.Attrs) {
	if m.to.Server == types.HiddenUserServer {
		attrs["sender_pn"] = m.from.Account.PN(0)
	} else {
		attrs["sender_lid"] = m.from.Account.LIDJID(0)
	}
}

// addressOwn tells the sender's other devices whom the message went to. Peer messages, between devices of
// one account, have no chat.
func (m *outgoing) addressOwn(attrs stanza.Attrs) {
	if stanza.Text(m.node, "category") == "peer" {
		if m.from.Device != 0 {
			// Siblings know each other by LID, whatever the sender wrote.
			attrs["from"] = m.from.Account.LIDJID(m.from.Device)
		}
		return
	}
	chat := m.to.ToNonAD()
	if recipient, ok := stanza.JID(m.node, "recipient"); ok {
		chat = recipient
	}
	attrs["recipient"] = chat
	other, ok := m.router.accounts.ByJID(chat)
	if !ok {
		return
	}
	if chat.Server == types.HiddenUserServer {
		attrs["peer_recipient_pn"] = other.PN(0)
	} else {
		attrs["peer_recipient_lid"] = other.LIDJID(0)
	}
}

func opensSession(envelopes []stanza.Node) bool {
	for i := range envelopes {
		if stanza.Text(&envelopes[i], "type") == "pkmsg" {
			return true
		}
	}
	return false
}
