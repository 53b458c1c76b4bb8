package iq

import (
	"strconv"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/keys"
	"holdfast/simulator/internal/stanza"
)

var encryptAnswers = map[Key]answer{
	{"encrypt", "get", "count"}:  preKeyCount,
	{"encrypt", "get", "digest"}: preKeyDigest,
	{"encrypt", "get", "key"}:    preKeyBundles,
	{"encrypt", "set", "rotate"}: preKeyRotate,
	{"encrypt", "set", ""}:       preKeyUpload,
}

func preKeyCount(_ *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	count := strconv.Itoa(client.Companion.Keys.Count())
	return stanza.Result(request, stanza.New("count", stanza.Attrs{"value": count})), nil
}

func preKeyDigest(_ *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	if client.Companion.Keys.Count() == 0 {
		return stanza.Failure(request, 404, "item-not-found"), nil
	}
	return stanza.Result(request, client.Companion.Keys.Digest()), nil
}

func preKeyUpload(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	if err := client.Companion.Keys.Upload(request); err != nil {
		s.Log.Warn("iq.prekeys_refused", "companion", client.Companion.String(), "error", err)
		return refuse(request, err), nil
	}
	return stanza.Result(request), nil
}

func preKeyRotate(_ *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	rotate, _ := stanza.Child(request, "rotate")
	skey, ok := stanza.Child(rotate, "skey")
	if !ok {
		return stanza.Failure(request, 400, "bad-request"), nil
	}
	if err := client.Companion.Keys.Rotate(skey); err != nil {
		return refuse(request, err), nil
	}
	return stanza.Result(request), nil
}

func preKeyBundles(s *Services, _ *Client, request *stanza.Node) (stanza.Node, func()) {
	asked, _ := stanza.Child(request, "key")
	var users []stanza.Node
	for _, user := range asked.GetChildren() {
		jid, ok := stanza.JID(&user, "jid")
		if !ok {
			continue
		}
		bundle, found := s.bundle(jid)
		if !found {
			users = append(users, stanza.New("user", stanza.Attrs{"jid": jid},
				stanza.New("error", stanza.Attrs{"code": "406", "text": "not-acceptable"})))
			continue
		}
		users = append(users, bundle.Node(jid, stanza.Unix(s.Now())))
	}
	return stanza.Result(request, stanza.Node{Tag: "list", Content: users}), nil
}

// bundle finds a device's keys by either of its addresses.
func (s *Services) bundle(jid types.JID) (keys.Bundle, bool) {
	owner, ok := s.Accounts.ByJID(jid)
	if !ok {
		return keys.Bundle{}, false
	}
	if jid.Device == 0 {
		return s.Phones.Of(owner).TakeBundle(), true
	}
	companion, ok := owner.Companion(jid.Device)
	if !ok {
		return keys.Bundle{}, false
	}
	return s.Router.TakeBundle(companion), true
}
