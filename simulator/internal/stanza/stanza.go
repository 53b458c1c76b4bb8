// Package stanza builds and reads binary nodes the way the wire needs them: text-like content leaves as
// bytes, addresses leave as address tokens, and what clients send may be a string or bytes.
package stanza

import (
	"strconv"
	"time"

	binary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// Node and Attrs are the codec's types under this house's roof.
type (
	Node  = binary.Node
	Attrs = binary.Attrs
)

// New builds a node with children.
func New(tag string, attrs Attrs, children ...Node) Node {
	node := Node{Tag: tag, Attrs: attrs}
	if len(children) > 0 {
		node.Content = children
	}
	return node
}

// Raw builds a node whose content is bytes, which is what clients expect of text as well.
func Raw(tag string, content []byte, attrs ...Attrs) Node {
	node := Node{Tag: tag, Content: content}
	if len(attrs) > 0 {
		node.Attrs = attrs[0]
	}
	return node
}

// Result answers an IQ with success.
func Result(request *Node, children ...Node) Node {
	return New("iq", Attrs{"type": "result", "id": request.Attrs["id"], "from": types.ServerJID}, children...)
}

// Failure answers an IQ with an error.
func Failure(request *Node, code int, text string) Node {
	return New("iq", Attrs{"type": "error", "id": request.Attrs["id"], "from": types.ServerJID},
		New("error", Attrs{"code": strconv.Itoa(code), "text": text}))
}

// StreamError ends a stream; the caller closes the connection after it.
func StreamError(code string, children ...Node) Node {
	attrs := Attrs{}
	if code != "" {
		attrs["code"] = code
	}
	return New("stream:error", attrs, children...)
}

// Conflict is the child of a stream error that tells why this device lost its place.
func Conflict(kind string) Node { return New("conflict", Attrs{"type": kind}) }

// Unix is the wire's form of a time.
func Unix(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

// Text reads an attribute as text, whatever token it came in; missing is "".
func Text(node *Node, name string) string {
	switch value := node.Attrs[name].(type) {
	case string:
		return value
	case types.JID:
		return value.String()
	case nil:
		return ""
	default:
		return ""
	}
}

// JID reads an attribute as an address; clients may send it as an address token or as text.
func JID(node *Node, name string) (types.JID, bool) {
	switch value := node.Attrs[name].(type) {
	case types.JID:
		return value, true
	case string:
		jid, err := types.ParseJID(value)
		return jid, err == nil && jid.Server != ""
	default:
		return types.JID{}, false
	}
}

// Int reads an attribute as a number; missing or malformed is 0.
func Int(node *Node, name string) int {
	number, _ := strconv.Atoi(Text(node, name))
	return number
}

// Bytes reads content as bytes: some clients encode short content as string tokens.
func Bytes(node *Node) []byte {
	switch content := node.Content.(type) {
	case []byte:
		return content
	case string:
		return []byte(content)
	default:
		return nil
	}
}

// Child returns the first child with the tag.
func Child(node *Node, tag string) (*Node, bool) {
	children := node.GetChildren()
	for i := range children {
		if children[i].Tag == tag {
			return &children[i], true
		}
	}
	return nil, false
}

// ChildBytes returns the content of the first child with the tag, nil if there is none.
func ChildBytes(node *Node, tag string) []byte {
	child, ok := Child(node, tag)
	if !ok {
		return nil
	}
	return Bytes(child)
}

// With returns the node with one attribute more; the original, which others may hold, stays as it is.
func With(node Node, name string, value any) Node {
	attrs := make(Attrs, len(node.Attrs)+1)
	for key, old := range node.Attrs {
		attrs[key] = old
	}
	attrs[name] = value
	node.Attrs = attrs
	return node
}
