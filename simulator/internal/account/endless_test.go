package account

import "holdfast/simulator/internal/stanza"

type endless struct{ _ int }

func (*endless) Tell(stanza.Node)  {}
func (*endless) End(string)        {}
func (*endless) Handshake() string { return "" }
