package router

import (
	"strconv"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/keys"
	"holdfast/simulator/internal/stanza"
)

// lowPreKeys is the number of one-time keys below which a companion is told to upload more.
const lowPreKeys = 5

// TakeBundle uses up one of the companion's one-time keys and tells it when few are left.
func (r *Router) TakeBundle(companion *account.Companion) keys.Bundle {
	bundle, left := companion.TakeBundle()
	if bundle.OneTime != nil && left < lowPreKeys {
		companion.Queue.Append(stanza.New("notification", stanza.Attrs{
			"type": "encrypt", "from": types.ServerJID, "t": r.unix(),
			"id": "pk" + strconv.FormatInt(r.now().UnixNano(), 36) + strconv.Itoa(left),
		}, stanza.New("count", stanza.Attrs{"value": strconv.Itoa(left)})), "")
	}
	return bundle
}

// DeviceAdded tells the account's other companions, and everybody who knows its device list, of a new one.
func (r *Router) DeviceAdded(companion *account.Companion) {}

// DeviceRemoved tells the same of one that is gone.
func (r *Router) DeviceRemoved(companion *account.Companion) {}
