package transcript

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/stanza"
)

// View is a record as JSON.
type View struct {
	Seq     uint64 `json:"seq"`
	T       string `json:"t" doc:"the simulation's time"`
	Dir     string `json:"dir" enum:"in,out" doc:"in: from the client; out: to the client"`
	Conn    int64  `json:"conn" doc:"number of the connection"`
	Account string `json:"account" doc:"phone number; empty before a login"`
	Device  uint16 `json:"device"`
	Fault   string `json:"fault,omitempty" doc:"name/id of the faults that struck the stanza"`
	Struck  string `json:"struck,omitempty" doc:"what they did to it; what was dropped stands here too"`
	Node    Tree   `json:"node"`
}

// Tree is a stanza as JSON: content is children, or base64.
type Tree struct {
	Tag      string            `json:"tag"`
	Attrs    map[string]string `json:"attrs,omitempty"`
	Children []Tree            `json:"children,omitempty"`
	Base64   string            `json:"base64,omitempty"`
}

// View returns the record's JSON form.
func (r *Record) View() View {
	return View{
		Seq: r.Seq, T: r.T.UTC().Format(time.RFC3339Nano), Dir: r.Dir, Conn: r.Conn,
		Account: r.Account, Device: r.Device, Fault: r.Fault, Struck: r.Struck, Node: tree(&r.Node),
	}
}

// WriteLine writes a record as one line of JSON.
func WriteLine(sink io.Writer, record *Record) error {
	return json.NewEncoder(sink).Encode(record.View())
}

func tree(node *stanza.Node) Tree {
	view := Tree{Tag: node.Tag}
	for name, value := range node.Attrs {
		if view.Attrs == nil {
			view.Attrs = map[string]string{}
		}
		view.Attrs[name] = text(value)
	}
	switch content := node.Content.(type) {
	case []stanza.Node:
		for i := range content {
			view.Children = append(view.Children, tree(&content[i]))
		}
	case []byte:
		view.Base64 = base64.StdEncoding.EncodeToString(content)
	case string:
		view.Base64 = base64.StdEncoding.EncodeToString([]byte(content))
	}
	return view
}

func text(value any) string {
	if jid, ok := value.(types.JID); ok {
		return jid.String()
	}
	return fmt.Sprint(value)
}
