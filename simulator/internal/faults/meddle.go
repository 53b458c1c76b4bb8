package faults

import (
	"google.golang.org/protobuf/encoding/protowire"

	"holdfast/simulator/internal/stanza"
)

// Meddle returns what is delivered to a companion of the account in place of a message: the message itself,
// unless a fault doubles it, spoils it or leaves its content out.
func (s *Set) Meddle(phone string, message stanza.Node) []stanza.Node {
	if s.Take(Undecryptable, phone) {
		message = spoil(message)
	}
	if s.Take(Unavailable, phone) {
		message.Content = []stanza.Node{stanza.New("unavailable", nil)}
	}
	if s.Take(DuplicateMessage, phone) {
		return []stanza.Node{message, message}
	}
	return []stanza.Node{message}
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
