package iq

import (
	"errors"
	"strconv"

	"holdfast/simulator/internal/appstate"
	"holdfast/simulator/internal/stanza"
)

var stateAnswers = map[Key]answer{
	{"w:sync:app:state", "set", "sync"}: syncState,
}

// syncState takes patches and hands out what the device lacks, one answer per collection. Snapshots are never
// sent: clients would fetch them from the real service's hosts, and all accept patches from the beginning.
func syncState(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	sync, _ := stanza.Child(request, "sync")
	var collections []stanza.Node
	changed := map[string]int{}
	for _, collection := range sync.GetChildren() {
		answer, version := s.collection(client, &collection)
		collections = append(collections, answer)
		if version > 0 {
			changed[stanza.Text(&collection, "name")] = version
		}
	}
	return stanza.Result(request, stanza.New("sync", nil, collections...)), func() {
		for name, version := range changed {
			s.Router.StateChanged(client.Companion, name, version)
		}
	}
}

// collection answers for one collection; changed is its new version if the client changed it.
func (s *Services) collection(client *Client, asked *stanza.Node) (answer stanza.Node, changed int) {
	phone, name, version := client.Companion.Account.Phone, stanza.Text(asked, "name"), stanza.Int(asked, "version")
	if !appstate.Known(name) {
		return collectionError(name, 400, "bad-request"), 0
	}
	patch := stanza.ChildBytes(asked, "patch")
	if patch == nil {
		patches, current := s.AppState.After(phone, name, version)
		return collectionNode(name, current, patches), 0
	}
	current, err := s.AppState.Append(phone, name, version, patch)
	switch {
	case err == nil:
		return collectionNode(name, current, nil), current
	case errors.Is(err, appstate.ErrConflict):
		patches, present := s.AppState.After(phone, name, version)
		conflict := collectionNode(name, present, patches)
		conflict.Attrs["type"] = "error"
		conflict.Content = append([]stanza.Node{errorNode(409, "conflict")}, conflict.GetChildren()...)
		return conflict, 0
	default:
		return collectionError(name, 400, "bad-request"), 0
	}
}

func collectionNode(name string, version int, patches [][]byte) stanza.Node {
	node := stanza.New("collection", stanza.Attrs{
		"name": name, "version": strconv.Itoa(version), "has_more_patches": "false",
	})
	if len(patches) > 0 {
		children := make([]stanza.Node, len(patches))
		for i, patch := range patches {
			children[i] = stanza.Raw("patch", patch)
		}
		node.Content = []stanza.Node{stanza.New("patches", nil, children...)}
	}
	return node
}

func collectionError(name string, code int, text string) stanza.Node {
	return stanza.New("collection", stanza.Attrs{"name": name, "type": "error"}, errorNode(code, text))
}

func errorNode(code int, text string) stanza.Node {
	return stanza.New("error", stanza.Attrs{"code": strconv.Itoa(code), "text": text})
}
