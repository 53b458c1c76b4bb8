package translate

import (
	"crypto/x509"
	"errors"
	"strings"
	"time"

	pb "holdfast/engine/enginepb"
)

// clocksAgree is how far ahead or behind the server's clock may be without anything depending on it.
const clocksAgree = int64(10 * time.Minute / time.Millisecond)

// EndingOfDial answers why a connection did not come about. A certificate that is not valid now is a matter of our clock,
// and then no patience helps, unless the server's time is known and the same: ahead is the difference in ms, nil if it is
// not known.
//
// Source: whatsmeow 35ae40906e74, checkCertValidity, has words only for it.
func EndingOfDial(err error, ahead *int64) Ending {
	ending := Ending{Reason: pb.Reason_NETWORK, Detail: "dial: " + valid(err.Error())}
	var tls x509.CertificateInvalidError
	words := err.Error()
	switch {
	case ahead != nil && max(*ahead, -*ahead) < clocksAgree:
	case errors.As(err, &tls) && tls.Reason == x509.Expired,
		strings.Contains(words, "certificate not valid yet"), strings.Contains(words, "certificate expired"):
		ending.Reason = pb.Reason_CLOCK_WRONG
	}
	return ending
}
