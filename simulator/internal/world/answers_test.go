package world_test

import (
	"testing"
	"time"

	"holdfast/simulator/internal/phone"
	"holdfast/simulator/internal/world"
)

// slow makes a pause of an hour, which passes only when the test lets it pass.
func slow(options *world.Options) { options.Pause = phone.Pause{From: time.Hour, To: time.Hour} }

// A client that cannot read a message asks again; the phone sends it again when its pause has passed.
func TestAPhoneSendsAgainAfterItsPause(t *testing.T) {
	l := newLab(t, slow)
	own, c := l.linked()
	friend := l.newPhone()
	l.rule(attrs{"account": own, "tag": "message", "dir": "out"}, "corrupt")
	id := l.send(friend, own, "hello")
	l.eventually("the client has asked again", func() bool { return len(l.transcript("type=retry&id="+id)) > 0 })
	if times := len(l.transcript("tag=message&dir=out&id=" + id)); times != 1 {
		t.Errorf("the message came %d times", times)
	}
	l.moveClock(`{"advance_s":3600}`)
	if got := c.text(); got.Info.ID != id {
		t.Errorf("then came %s", got.Info.ID)
	}
}

// A message is delivered at once, and confirmed when the pause has passed.
func TestAPhoneConfirmsAfterItsPause(t *testing.T) {
	l := newLab(t)
	own, c := l.linked()
	friend := l.newPhone()
	l.must("POST", "/admin/answers", `{"from_ms":3600000,"to_ms":3600000}`, nil)
	id := c.say(friend, "hello")
	l.inbox(friend, 1)
	if told := l.transcript("tag=receipt&dir=out&account=" + own + "&id=" + id); len(told) != 0 {
		t.Errorf("confirmed before the pause: %v", told)
	}
	l.must("POST", "/admin/answers", `{"from_ms":0,"to_ms":0}`, nil)
	l.eventually("it is confirmed", func() bool { return len(l.transcript("tag=receipt&dir=out&account="+own+"&id="+id)) > 0 })
	for _, body := range []string{`{"from_ms":2,"to_ms":1}`, `{"from_ms":-1,"to_ms":1}`, `{"from_ms":0,"to_ms":99999999}`} {
		if status := l.call("POST", "/admin/answers", body, nil); status != 400 {
			t.Errorf("%s: status %d", body, status)
		}
	}
}
