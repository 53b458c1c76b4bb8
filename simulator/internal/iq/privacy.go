package iq

import "holdfast/simulator/internal/stanza"

var privacyAnswers = map[Key]answer{
	{"blocklist", "get", ""}:         fixed(stanza.New("list", stanza.Attrs{"dhash": "none"})),
	{"blocklist", "set", "item"}:     fixed(stanza.New("list", stanza.Attrs{"dhash": "none"})),
	{"privacy", "get", "privacy"}:    fixed(privacyCategories()),
	{"privacy", "set", "privacy"}:    echo,
	{"privacy", "set", "tokens"}:     empty,
	{"privacy", "get", "tokens"}:     empty,
	{"disappearing_mode", "set", ""}: empty,
	{"disappearing_mode", "get", ""}: empty,
	{"status", "set", ""}:            empty,
	{"w:profile:picture", "get", ""}: noPicture,
}

func privacyCategories() stanza.Node {
	var categories []stanza.Node
	for _, name := range []string{"last", "online", "profile", "status", "groupadd", "calladd", "messages"} {
		categories = append(categories, category(name, "all"))
	}
	categories = append(categories, category("readreceipts", "all"))
	return stanza.New("privacy", nil, categories...)
}

func category(name, value string) stanza.Node {
	return stanza.New("category", stanza.Attrs{"name": name, "value": value})
}

// echo answers a change with the change itself.
func echo(_ *Services, _ *Client, request *stanza.Node) (stanza.Node, func()) {
	return stanza.Result(request, request.GetChildren()...), nil
}

func noPicture(_ *Services, _ *Client, request *stanza.Node) (stanza.Node, func()) {
	return stanza.Failure(request, 404, "item-not-found"), nil
}
