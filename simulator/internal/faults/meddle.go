package faults

import "holdfast/simulator/internal/stanza"

// Meddle returns what is delivered to a companion of the account in place of a message: the message itself,
// unless a fault doubles or spoils it.
func (s *Set) Meddle(phone string, message stanza.Node) []stanza.Node {
	if s.Take(Undecryptable, phone) {
		message = spoil(message)
	}
	if s.Take(DuplicateMessage, phone) {
		return []stanza.Node{message, message}
	}
	return []stanza.Node{message}
}

// spoil flips the last byte of every envelope, which is part of its MAC.
func spoil(message stanza.Node) stanza.Node {
	children := append([]stanza.Node(nil), message.GetChildren()...)
	for i := range children {
		body := append([]byte(nil), stanza.Bytes(&children[i])...)
		if children[i].Tag == "enc" && len(body) > 0 {
			body[len(body)-1] ^= 0xff
			children[i].Content = body
		}
	}
	message.Content = children
	return message
}
