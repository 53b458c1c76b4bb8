package iq

import "holdfast/simulator/internal/stanza"

var propertyAnswers = map[Key]answer{
	{"abt", "get", "props"}: abProps,
}

// The properties that clients act on: privacy tokens on all direct messages, and LID addressing.
var servedProps = [][2]string{{"10518", "1"}, {"9435", "1"}}

func abProps(_ *Services, _ *Client, request *stanza.Node) (stanza.Node, func()) {
	props := make([]stanza.Node, len(servedProps))
	for i, prop := range servedProps {
		props[i] = stanza.New("prop", stanza.Attrs{"config_code": prop[0], "config_value": prop[1]})
	}
	return stanza.Result(request, stanza.New("props", stanza.Attrs{
		"protocol": "1", "ab_key": "wasim", "hash": "wasim1", "refresh": "86400", "refresh_id": "1",
	}, props...)), nil
}
