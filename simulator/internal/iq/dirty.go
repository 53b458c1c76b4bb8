package iq

import (
	"time"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/stanza"
)

var dirtyAnswers = map[Key]answer{
	{"urn:xmpp:whatsapp:dirty", "set", "clean"}: markClean,
}

// markClean takes what the client says that it has caught up with.
func markClean(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	for _, child := range request.GetChildren() {
		if kind := stanza.Text(&child, "type"); child.Tag == "clean" && kind != "" {
			until := time.Unix(int64(stanza.Int(&child, "timestamp")), 0)
			if stanza.Int(&child, "timestamp") == 0 {
				until = s.Now()
			}
			client.Companion.MarkClean(kind, until)
		}
	}
	return stanza.Result(request), nil
}

// DirtyKinds are the things that a companion can be told to fetch again.
func DirtyKinds() []string {
	return []string{"account_sync", "groups", "syncd_app_state", "newsletter_metadata"}
}

// MarkDirty tells all companions of an account that something they keep is out of date.
func (s *Services) MarkDirty(owner *account.Account, kind string) {
	for _, companion := range owner.Companions() {
		companion.MarkDirty(kind, s.Now())
	}
}
