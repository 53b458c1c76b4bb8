package phone

import "testing"

// BenchmarkEcho measures a message and its answer between two phones: every message turns the ratchet, which is
// the dear case.
func BenchmarkEcho(b *testing.B) {
	v := newVillage(b)
	anna, ben := v.phone(), v.phone()
	for b.Loop() {
		v.say(anna, ben, "ping")
		v.say(ben, anna, "pong")
	}
}
