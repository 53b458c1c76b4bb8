package translate

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"testing"

	pb "holdfast/engine/enginepb"
)

func TestACertificateOfAnotherTimeIsAMatterOfClocks(t *testing.T) {
	for _, c := range []struct {
		err  error
		want pb.Reason
	}{
		{errors.New("connection refused"), pb.Reason_NETWORK},
		{fmt.Errorf("dial: %w", &tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.Expired}}), pb.Reason_CLOCK_WRONG},
		{x509.CertificateInvalidError{Reason: x509.NotAuthorizedToSign}, pb.Reason_NETWORK},
		{x509.UnknownAuthorityError{}, pb.Reason_NETWORK},
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
