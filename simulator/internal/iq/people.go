package iq

import "holdfast/simulator/internal/stanza"

var peopleAnswers = map[Key]answer{
	{"usync", "get", "usync"}: queryUsers,
}

func queryUsers(s *Services, _ *Client, request *stanza.Node) (stanza.Node, func()) {
	query, _ := stanza.Child(request, "usync")
	return stanza.Result(request, s.Directory.Answer(query)), nil
}
