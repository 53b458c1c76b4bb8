package translate

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"testing"

	"go.mau.fi/whatsmeow/socket"

	pb "holdfast/engine/enginepb"
)

func TestACertificateOfAnotherTimeIsAMatterOfClocks(t *testing.T) {
	for _, c := range []struct {
		err  error
		want pb.Reason
	}{
		{errors.New("noise handshake failed: end of stream"), pb.Reason_NETWORK},
		{fmt.Errorf("%w: connection refused", socket.ErrDialFailed), pb.Reason_UNREACHABLE},
		{fmt.Errorf("noise handshake failed: timed out waiting for handshake response"), pb.Reason_HANDSHAKE_UNANSWERED},
		{errors.New("noise handshake failed: failed to verify server cert: failed to verify intermediate cert signature"), pb.Reason_CERTIFICATE_REFUSED},
		{fmt.Errorf("dial: %w", &tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.Expired}}), pb.Reason_CLOCK_WRONG},
		{x509.CertificateInvalidError{Reason: x509.NotAuthorizedToSign}, pb.Reason_CERTIFICATE_REFUSED},
		{fmt.Errorf("%w: %w", socket.ErrDialFailed, x509.UnknownAuthorityError{}), pb.Reason_CERTIFICATE_REFUSED},
		{errors.New("noise handshake failed: failed to verify server cert: certificate not valid yet (current time x is before y)"), pb.Reason_CLOCK_WRONG},
		{errors.New("noise handshake failed: failed to verify server cert: certificate expired (current time x is after y)"), pb.Reason_CLOCK_WRONG},
	} {
		if got := EndingOfDial(c.err, nil); got.Reason != c.want || got.Detail == "" {
			t.Errorf("%v: %v, want %v", c.err, got, c.want)
		}
	}
	// The server's own certificate has run out while both know what time it is.
	for ahead, want := range map[int64]pb.Reason{0: pb.Reason_NETWORK, -300_000: pb.Reason_NETWORK, 604_800_000: pb.Reason_CLOCK_WRONG, -604_800_000: pb.Reason_CLOCK_WRONG} {
		if got := EndingOfDial(errors.New("certificate expired"), &ahead); got.Reason != want {
			t.Errorf("ahead %d: %v, want %v", ahead, got.Reason, want)
		}
	}
}

func TestAnHTTPStatusInThePlaceOfAConnectionIsTold(t *testing.T) {
	refused := fmt.Errorf("%w: %w", socket.ErrDialFailed, socket.ErrWithStatusCode{StatusCode: 403})
	if got := EndingOfDial(refused, nil); got.Reason != pb.Reason_UNREACHABLE || got.Code != 403 {
		t.Errorf("%+v", got)
	}
}
