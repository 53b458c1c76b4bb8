package translate

import (
	"crypto/x509"
	"errors"
	"strings"
	"time"

	"go.mau.fi/whatsmeow/socket"

	pb "holdfast/engine/enginepb"
)

// clocksAgree is how far ahead or behind the server's clock may be without anything depending on it.
const clocksAgree = int64(10 * time.Minute / time.Millisecond)

// EndingOfDial returns why a connection did not come about. A certificate that is not valid now is a matter of our clock,
// and then no patience helps, unless the server's time is known and the same: ahead is the difference in ms, nil if it is
// not known.
//
// Source: whatsmeow 35ae40906e74, doHandshake and checkCertValidity have words only for these.
func EndingOfDial(err error, ahead *int64) Ending {
	ending := Ending{Reason: pb.Reason_NETWORK, Detail: "dial: " + valid(err.Error())}
	var refused socket.ErrWithStatusCode
	words := err.Error()
	switch {
	case errors.As(err, &refused):
		ending.Reason, ending.Code = pb.Reason_UNREACHABLE, int32(refused.StatusCode)
	case notProven(err):
		ending.Reason = pb.Reason_CERTIFICATE_REFUSED
	case errors.Is(err, socket.ErrDialFailed):
		ending.Reason = pb.Reason_UNREACHABLE
	case strings.Contains(words, "timed out waiting for handshake"):
		ending.Reason = pb.Reason_HANDSHAKE_UNANSWERED
	}
	var tls x509.CertificateInvalidError
	switch {
	case ahead != nil && max(*ahead, -*ahead) < clocksAgree:
	case errors.As(err, &tls) && tls.Reason == x509.Expired,
		strings.Contains(words, "certificate not valid yet"), strings.Contains(words, "certificate expired"):
		ending.Reason = pb.Reason_CLOCK_WRONG
	}
	return ending
}

// notProven tells whether somebody answered who does not show WhatsApp's certificates.
func notProven(err error) bool {
	var stranger x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	return errors.As(err, &stranger) || errors.As(err, &host) || errors.As(err, &invalid) ||
		strings.Contains(err.Error(), "failed to verify server cert")
}
