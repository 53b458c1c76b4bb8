package faults

import (
	"strconv"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/stanza"
)

// texts are the words that belong to error codes.
var texts = map[int]string{
	400: "bad-request", 401: "not-authorized", 403: "forbidden", 404: "item-not-found", 405: "not-allowed", 406: "not-acceptable",
	409: "conflict", 410: "gone", 429: "rate-overlimit", 500: "internal-server-error", 501: "feature-not-implemented",
	503: "service-unavailable",
}

// Refusal is how the server says no to a stanza of a client; stanzas without an answer have none.
func Refusal(node *stanza.Node, strike *Strike, t string) (answer stanza.Node, ok bool) {
	code, text := strike.Args.Code, strike.Args.Text
	if text == "" {
		text = texts[code]
	}
	switch node.Tag {
	case "message":
		ack := stanza.New("ack", stanza.Attrs{
			"class": "message", "id": stanza.Text(node, "id"), "from": node.Attrs["to"], "t": t, "error": strconv.Itoa(code),
		})
		if participant, given := node.Attrs["participant"]; given {
			ack.Attrs["participant"] = participant
		}
		return ack, true
	case "iq":
		if sync, is := stanza.Child(node, "sync"); is && stanza.Text(node, "xmlns") == states {
			return refuseCollections(node, sync, code, text), true
		}
		return stanza.Failure(node, code, text), true
	default:
		return stanza.Node{}, false
	}
}

// refuseCollections refuses each collection of app state for itself: the query as a whole succeeds.
func refuseCollections(node, sync *stanza.Node, code int, text string) stanza.Node {
	var refused []stanza.Node
	for _, collection := range sync.GetChildren() {
		refused = append(refused, stanza.New("collection", stanza.Attrs{
			"name": collection.Attrs["name"], "type": "error", "version": versionOf(&collection),
		}, stanza.New("error", stanza.Attrs{"code": strconv.Itoa(code), "text": text})))
	}
	return stanza.New("iq", stanza.Attrs{"type": "result", "id": node.Attrs["id"], "from": types.ServerJID},
		stanza.New("sync", nil, refused...))
}

func versionOf(collection *stanza.Node) string {
	return strconv.Itoa(stanza.Int(collection, "version"))
}
