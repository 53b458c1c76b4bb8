package iq

import "holdfast/simulator/internal/stanza"

var peopleAnswers = map[Key]answer{
	{"usync", "get", "usync"}: queryUsers,
}

// queryUsers answers, and notes who now keeps whose device list.
func queryUsers(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	query, _ := stanza.Child(request, "usync")
	if list, ok := stanza.Child(query, "list"); ok {
		for _, user := range list.GetChildren() {
			if jid, ok := stanza.JID(&user, "jid"); ok {
				if found, known := s.Accounts.ByJID(jid); known {
					found.Meet(client.Companion.Account, jid)
				}
			}
		}
	}
	return stanza.Result(request, s.Directory.Answer(query, client.Companion.Account)), nil
}
