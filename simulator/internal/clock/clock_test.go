package clock

import (
	"testing"
	"time"
)

const never = time.Hour

func TestTimeThatPassesAtOnceMakesAlarmsDue(t *testing.T) {
	c := New(0, nil)
	rang := make(chan string, 2)
	c.After(never, func() { rang <- "an hour" })
	late := c.After(3*never, func() { rang <- "three hours" })
	c.Set(never)
	if got := <-rang; got != "an hour" {
		t.Fatalf("rang first: %s", got)
	}
	if !late.Stop() || late.Stop() {
		t.Error("an alarm can be stopped once, before it rings")
	}
	c.Set(9 * never)
	select {
	case got := <-rang:
		t.Errorf("a stopped alarm rang: %s", got)
	default:
	}
}

func TestAClockThatIsMovedBackMakesNobodyWaitLonger(t *testing.T) {
	c := New(0, nil)
	rang := make(chan struct{})
	c.After(time.Millisecond, func() { close(rang) })
	c.Set(-never)
	<-rang
}

func TestASkewChangesTheTimeAndNoAlarm(t *testing.T) {
	skew := time.Duration(0)
	c := New(0, func() time.Duration { return skew })
	alarm := c.After(never, func() { t.Error("an alarm rang by a clock that is wrong") })
	skew = 24 * never
	if ahead := time.Until(c.Now()); ahead < 23*never {
		t.Errorf("the clock is %s ahead", ahead)
	}
	if !alarm.Stop() {
		t.Error("the alarm had rung")
	}
}
