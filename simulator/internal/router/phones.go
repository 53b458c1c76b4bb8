package router

import (
	"strconv"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/stanza"
)

// stateNotice tells a device of a new version of a collection.
func (r *Router) stateNotice(owner *account.Account, collection string, version int) stanza.Node {
	return r.Notification("server_sync", owner.PN(0), stanza.New("collection", stanza.Attrs{
		"name": collection, "version": strconv.Itoa(version),
	}))
}

// StateAuthored tells the account's companions of a collection that the phone itself has changed.
func (r *Router) StateAuthored(owner *account.Account, collection string, version int) {
	for _, companion := range owner.Companions() {
		companion.Queue.Append(r.stateNotice(owner, collection, version), owner.Phone)
	}
}
