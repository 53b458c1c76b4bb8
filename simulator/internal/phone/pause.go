package phone

import (
	"fmt"
	"strings"
	"time"
)

// UsualPause is how long phones take unless told otherwise: about what one in somebody's pocket takes.
func UsualPause() Pause { return Pause{From: 300 * time.Millisecond, To: 800 * time.Millisecond} }

// Pause is how long phones take for what they do by themselves: a time between the two, both included.
type Pause struct{ From, To time.Duration }

// longestPause keeps a mistyped unit from stopping every phone.
const longestPause = time.Hour

// Valid returns what is wrong with a pause, if anything.
func (p Pause) Valid() error {
	if p.From < 0 || p.To < p.From || p.To > longestPause {
		return fmt.Errorf("a pause is two times from 0 to an hour, the shorter one first, not %s-%s", p.From, p.To)
	}
	return nil
}

// MarshalText writes it as UnmarshalText reads it.
func (p Pause) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%s-%s", p.From, p.To), nil }

// UnmarshalText reads "300ms-800ms", or one time for both: "0", "1s".
func (p *Pause) UnmarshalText(text []byte) error {
	shortest, longest, two := strings.Cut(string(text), "-")
	if !two {
		longest = shortest
	}
	var read Pause
	var err error
	if read.From, err = time.ParseDuration(shortest); err != nil {
		return err
	}
	if read.To, err = time.ParseDuration(longest); err != nil {
		return err
	}
	*p = read
	return p.Valid()
}
