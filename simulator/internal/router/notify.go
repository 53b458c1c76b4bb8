package router

import (
	"encoding/json"
	"fmt"
	"strconv"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/keys"
	"holdfast/simulator/internal/stanza"
)

// lowPreKeys is the number of one-time keys below which a companion is told to upload more.
const lowPreKeys = 5

// Notification builds a notification with an id that never repeats.
func (r *Router) Notification(kind string, from types.JID, children ...stanza.Node) stanza.Node {
	return stanza.New("notification", stanza.Attrs{
		"type": kind, "from": from, "t": r.unix(), "id": fmt.Sprintf("%d.%d", r.now().Unix(), r.notified.Add(1)),
	}, children...)
}

// TakeBundle uses up one of the companion's one-time keys and tells it when few are left.
func (r *Router) TakeBundle(companion *account.Companion) keys.Bundle {
	bundle, left := companion.TakeBundle()
	if bundle.OneTime != nil && left < lowPreKeys {
		r.TellPreKeys(companion, left)
	}
	return bundle
}

// TellPreKeys tells a companion how many of its one-time keys are left.
func (r *Router) TellPreKeys(companion *account.Companion, left int) {
	companion.Queue.Append(r.Notification("encrypt", types.ServerJID,
		stanza.New("count", stanza.Attrs{"value": strconv.Itoa(left)})), "")
}

// StateChanged tells the account's phone and its other companions that a collection has a new version.
func (r *Router) StateChanged(by *account.Companion, collection string, version int) {
	r.primary.Deliver(by.Account, r.stateNotice(by.Account, collection, version))
	for _, sibling := range by.Account.Companions() {
		if sibling != by {
			sibling.Queue.Append(r.stateNotice(by.Account, collection, version), by.Account.Phone)
		}
	}
}

// DeviceAdded tells the account's other companions, and everybody who keeps its device list, of a new one.
func (r *Router) DeviceAdded(companion *account.Companion) { r.devicesChanged("add", companion) }

// DeviceRemoved tells the same of one that is gone.
func (r *Router) DeviceRemoved(companion *account.Companion) { r.devicesChanged("remove", companion) }

func (r *Router) devicesChanged(change string, companion *account.Companion) {
	owner := companion.Account
	for _, sibling := range owner.Companions() {
		if sibling != companion {
			sibling.Queue.Append(r.ownDevices(owner), owner.Phone)
		}
	}
	for _, acquaintance := range owner.Acquaintances() {
		other, ok := r.accounts.ByPhone(acquaintance.Phone)
		if !ok {
			continue
		}
		for _, listener := range other.Companions() {
			for _, name := range acquaintance.Names(owner) {
				listener.Queue.Append(r.peerDevices(change, companion, name), owner.Phone)
			}
		}
	}
}

// ownDevices is the account's whole device list, for its own companions.
func (r *Router) ownDevices(owner *account.Account) stanza.Node {
	devices := []stanza.Node{stanza.New("device", stanza.Attrs{"jid": owner.PN(0)})}
	for _, companion := range owner.Companions() {
		devices = append(devices, stanza.New("device", stanza.Attrs{
			"jid": owner.PN(companion.Device), "key-index": strconv.Itoa(int(companion.KeyIndex)),
		}))
	}
	hash := account.DeviceHash(owner.DeviceAddresses(owner.PN(0)))
	return r.Notification("account_sync", owner.PN(0), stanza.New("devices", stanza.Attrs{"dhash": hash}, devices...))
}

// peerDevices is one change of a device list, under one of the names by which the other side keeps that list: a
// client that has a list under the LID alone ignores what comes under the phone number.
func (r *Router) peerDevices(change string, companion *account.Companion, from types.JID) stanza.Node {
	owner := companion.Account
	device := stanza.New("device", stanza.Attrs{
		"jid": owner.Address(from, companion.Device), "key-index": strconv.Itoa(int(companion.KeyIndex)),
	})
	item := stanza.New(change, stanza.Attrs{"device_hash": account.DeviceHash(owner.DeviceAddresses(from))})
	byPN := from.Server == types.DefaultUserServer
	if byPN {
		device.Attrs["lid"] = owner.LIDJID(companion.Device)
		item.Attrs["device_lid_hash"] = account.DeviceHash(owner.DeviceAddresses(owner.LIDJID(0)))
	}
	children := []stanza.Node{device}
	if signed, err := owner.KeyIndexList(r.now()); err == nil {
		children = append(children, stanza.Raw("key-index-list", signed, stanza.Attrs{"ts": r.unix()}))
	}
	item.Content = children
	node := r.Notification("devices", from, item)
	if byPN {
		node.Attrs["lid"] = owner.LIDJID(0)
	}
	return node
}

// MexChanged tells all companions of an account of a change in the form of the graph.
func (r *Router) MexChanged(owner *account.Account, operation, path string, value any) {
	encoded, err := json.Marshal(map[string]any{"data": map[string]any{path: value}})
	if err != nil {
		return
	}
	node := r.Notification("mex", types.ServerJID, stanza.Raw("update", encoded, stanza.Attrs{"op_name": operation}))
	r.notifyAll(owner, node, "")
}
