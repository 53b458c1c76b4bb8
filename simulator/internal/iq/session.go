package iq

import "holdfast/simulator/internal/stanza"

var sessionAnswers = map[Key]answer{
	{"passive", "set", "active"}:             active,
	{"passive", "set", "passive"}:            empty,
	{"w:p", "get", ""}:                       pong,
	{"urn:xmpp:ping", "get", ""}:             pong,
	{"urn:xmpp:whatsapp:push", "set", ""}:    empty,
	{"urn:xmpp:whatsapp:push", "get", ""}:    empty,
	{"md", "set", "remove-companion-device"}: removeCompanion,
	{"w:stats", "set", ""}:                   empty,
	{"fb:thrift_iq", "get", ""}:              empty,
	{"fb:thrift_iq", "set", ""}:              empty,
	{"spam", "set", ""}:                      reportSpam,
	{"bot", "get", "bot"}:                    fixed(stanza.New("bot", stanza.Attrs{"v": "2"})),
	{"w:m", "set", "media_conn"}:             mediaConnection,
}

// active ends the login: what waited is delivered now, and a new companion is greeted by its phone.
func active(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	return stanza.Result(request), func() {
		client.Activate()
		if client.Companion.Greet() {
			s.Phones.Of(client.Companion.Account).Greet(client.Companion)
		}
	}
}

func pong(s *Services, _ *Client, request *stanza.Node) (stanza.Node, func()) {
	reply := stanza.Result(request)
	reply.Attrs["t"] = stanza.Unix(s.Now())
	return reply, nil
}

func removeCompanion(_ *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	removal, _ := stanza.Child(request, "remove-companion-device")
	jid, ok := stanza.JID(removal, "jid")
	if !ok || jid.User != client.Companion.Account.Phone {
		return stanza.Failure(request, 400, "bad-request"), nil
	}
	return stanza.Result(request), func() { client.Logout(jid.Device) }
}

func mediaConnection(s *Services, _ *Client, request *stanza.Node) (stanza.Node, func()) {
	host := stanza.New("host", stanza.Attrs{"hostname": s.Host, "type": "primary"})
	return stanza.Result(request, stanza.New("media_conn", stanza.Attrs{
		"auth": "wasim", "ttl": "300", "auth_ttl": "3600", "max_buckets": "12",
	}, host)), nil
}

// reportSpam takes a report and names it; nothing follows from it.
func reportSpam(_ *Services, _ *Client, request *stanza.Node) (stanza.Node, func()) {
	return stanza.Result(request, stanza.Raw("report_id", []byte("wasim-"+stanza.Text(request, "id")))), nil
}
