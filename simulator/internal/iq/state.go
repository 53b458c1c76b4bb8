package iq

import "holdfast/simulator/internal/stanza"

var stateAnswers = map[Key]answer{
	{"w:sync:app:state", "set", "sync"}: syncState,
}

// syncState serves app state collections that are always empty: nothing is stored of what clients upload.
func syncState(_ *Services, _ *Client, request *stanza.Node) (stanza.Node, func()) {
	sync, _ := stanza.Child(request, "sync")
	var collections []stanza.Node
	for _, collection := range sync.GetChildren() {
		version := stanza.Text(&collection, "version")
		if version == "" {
			version = "0"
		}
		collections = append(collections, stanza.New("collection", stanza.Attrs{
			"name": stanza.Text(&collection, "name"), "version": version, "has_more_patches": "false",
		}))
	}
	return stanza.Result(request, stanza.New("sync", nil, collections...)), nil
}
