package iq

import (
	"maps"
	"slices"

	"holdfast/simulator/internal/stanza"
)

var propertyAnswers = map[Key]answer{
	{"abt", "get", "props"}: abProps,
}

// The properties that clients act on: privacy tokens on all direct messages, and LID addressing.
var servedProps = [][2]string{{"10518", "1"}, {"9435", "1"}}

// abProps serves the usual properties, and those of the account's scenario after them.
func abProps(_ *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	own := client.Companion.Account.Scenario.Props
	var props []stanza.Node
	for _, prop := range servedProps {
		if _, other := own[prop[0]]; !other {
			props = append(props, property(prop[0], prop[1]))
		}
	}
	for _, code := range slices.Sorted(maps.Keys(own)) {
		props = append(props, property(code, own[code]))
	}
	return stanza.Result(request, stanza.New("props", stanza.Attrs{
		"protocol": "1", "ab_key": "wasim", "hash": "wasim1", "refresh": "86400", "refresh_id": "1",
	}, props...)), nil
}

func property(code, value string) stanza.Node {
	return stanza.New("prop", stanza.Attrs{"config_code": code, "config_value": value})
}
