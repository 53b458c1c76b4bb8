package router

import (
	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/groups"
	"holdfast/simulator/internal/profile"
	"holdfast/simulator/internal/stanza"
)

// AboutChanged tells everybody who may see it that an account has a new about text; who is connected hears it even
// without ever having asked about the account.
func (r *Router) AboutChanged(owner *account.Account) {
	text := owner.Profile.State().About
	node := r.Notification("status", owner.PN(0), stanza.Raw("set", []byte(text)))
	neighbours := r.neighbours(owner)
	for _, listener := range r.accounts.All() {
		if !owner.ShownTo(listener, profile.About) {
			continue
		}
		for _, companion := range listener.Companions() {
			if _, online := companion.Online(); online || neighbours[listener] || listener == owner {
				companion.Queue.Append(node, owner.Phone)
			}
		}
	}
}

// PictureChanged tells the account's own companions and those who keep something of it that its picture is another
// one, or gone when the id is "".
func (r *Router) PictureChanged(owner *account.Account, id string) {
	node := r.pictureNotice(owner.PN(0), owner.PN(0), id)
	audience := r.neighbours(owner)
	audience[owner] = true
	for _, listener := range r.accounts.All() {
		if audience[listener] && owner.ShownTo(listener, profile.Picture) {
			r.notifyAll(listener, node, owner.Phone)
		}
	}
}

// GroupPictureChanged tells a group's members the same of the group's picture.
func (r *Router) GroupPictureChanged(group *groups.Group, by *account.Account, id string) {
	node := r.pictureNotice(group.JID(), by.LIDJID(0), id)
	for _, participant := range group.Participants {
		if member, ok := r.accounts.ByPhone(participant.Phone); ok {
			r.notifyAll(member, node, by.Phone)
		}
	}
}

func (r *Router) pictureNotice(of, author types.JID, id string) stanza.Node {
	change := stanza.New("delete", stanza.Attrs{"jid": of, "author": author})
	if id != "" {
		change.Tag = "set"
		change.Attrs["id"] = id
	}
	return r.Notification("picture", of, change)
}

// neighbours are the accounts that keep something of this one: its device list, or a subscription.
func (r *Router) neighbours(owner *account.Account) map[*account.Account]bool {
	found := map[*account.Account]bool{}
	note := func(phone string) {
		if other, ok := r.accounts.ByPhone(phone); ok {
			found[other] = true
		}
	}
	for _, acquaintance := range owner.Acquaintances() {
		note(acquaintance.Phone)
	}
	for _, watcher := range owner.Watchers() {
		note(watcher.Phone)
	}
	return found
}

// notifyAll puts a stanza into the queues of all companions of an account.
func (r *Router) notifyAll(listener *account.Account, node stanza.Node, sender string) {
	for _, companion := range listener.Companions() {
		companion.Queue.Append(node, sender)
	}
}

// AccountSync tells an account's companions, except the one that did it, of a change of the account itself.
func (r *Router) AccountSync(owner *account.Account, by *account.Companion, change stanza.Node) {
	node := r.Notification("account_sync", owner.PN(0), change)
	for _, companion := range owner.Companions() {
		if companion != by {
			companion.Queue.Append(node, owner.Phone)
		}
	}
}

// TokenIssued hands a token of trust to all companions of the account that it is for.
func (r *Router) TokenIssued(issuer, holder *account.Account, asked types.JID, token []byte, at string) {
	node := r.Notification("privacy_token", issuer.Address(asked, 0), stanza.New("tokens", nil,
		stanza.Raw("token", token, stanza.Attrs{"type": "trusted_contact", "t": at})))
	node.Attrs["sender_lid"] = issuer.LIDJID(0)
	r.notifyAll(holder, node, issuer.Phone)
}

// BusinessChanged tells the account's companions and those who keep something of it that its business name is new, or
// gone.
func (r *Router) BusinessChanged(owner *account.Account) {
	change := stanza.New("remove", stanza.Attrs{"jid": owner.PN(0)})
	if certificate, ok := owner.VerifiedName(); ok {
		change = stanza.Raw("verified_name", certificate, stanza.Attrs{
			"jid": owner.PN(0), "v": "1", "verified_level": "unknown", "serial": owner.BusinessSerial(),
		})
	}
	node := r.Notification("business", owner.PN(0), change)
	audience := r.neighbours(owner)
	audience[owner] = true
	for _, listener := range r.accounts.All() {
		if audience[listener] {
			r.notifyAll(listener, node, owner.Phone)
		}
	}
}

// IdentityChanged tells everybody who keeps an account's device list that its keys are others now.
func (r *Router) IdentityChanged(owner *account.Account) {
	for _, acquaintance := range owner.Acquaintances() {
		listener, ok := r.accounts.ByPhone(acquaintance.Phone)
		if !ok {
			continue
		}
		for _, name := range acquaintance.Names(owner) {
			r.notifyAll(listener, r.Notification("encrypt", name, stanza.New("identity", nil)), owner.Phone)
		}
	}
}
