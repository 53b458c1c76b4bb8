package faults

import (
	"google.golang.org/protobuf/encoding/protowire"

	"holdfast/simulator/internal/stanza"
)

// corrupt makes one byte of the stanza's content wrong: of a message's envelopes the MAC, else a byte that the roll
// chooses in the first content, or in the first element with the tag.
func corrupt(node stanza.Node, part string, roll uint64) stanza.Node {
	if _, sealed := stanza.Child(&node, "enc"); sealed && part == "" {
		return spoil(node)
	}
	changed, _ := flip(node, part, roll)
	return changed
}

// flip returns the node with one wrong byte, and whether it found one to flip.
func flip(node stanza.Node, part string, roll uint64) (stanza.Node, bool) {
	if body := stanza.Bytes(&node); len(body) > 0 && (part == "" || part == node.Tag) {
		body = append([]byte(nil), body...)
		body[roll%uint64(len(body))] ^= 0xff
		node.Content = body
		return node, true
	}
	children := append([]stanza.Node(nil), node.GetChildren()...)
	for i := range children {
		if changed, ok := flip(children[i], part, roll); ok {
			children[i] = changed
			node.Content = children
			return node, true
		}
	}
	return node, false
}

// spoil flips a byte of every envelope's MAC or signature: its form stays right, only its content is wrong.
func spoil(message stanza.Node) stanza.Node {
	children := append([]stanza.Node(nil), message.GetChildren()...)
	for i := range children {
		body := append([]byte(nil), stanza.Bytes(&children[i])...)
		if children[i].Tag == "enc" && len(body) > 0 {
			body[sealEnd(body, stanza.Text(&children[i], "type"))] ^= 0xff
			children[i].Content = body
		}
	}
	message.Content = children
	return message
}

// sealedField is where a pkmsg carries the message proper, which ends with its MAC.
const sealedField = 4

// sealEnd returns the position of the last byte of an envelope's MAC or signature. A pkmsg has its keys around
// the message proper: a byte flipped there can make it malformed, which clients refuse in another way.
func sealEnd(body []byte, kind string) int {
	for at := 1; kind == "pkmsg" && at < len(body); {
		number, _, size := protowire.ConsumeField(body[at:])
		if size < 0 {
			break
		}
		if number == sealedField {
			return at + size - 1
		}
		at += size
	}
	return len(body) - 1
}
