package wire

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/whatsmeow/proto/waCert"
	"go.mau.fi/whatsmeow/util/keys"
	"google.golang.org/protobuf/proto"

	"holdfast/simulator/internal/seed"
)

// Serial numbers of the chain: clients check that the leaf names its issuer and that the issuer names 0.
const (
	rootSerial         = 0
	intermediateSerial = 1
	leafSerial         = 2
)

// Authority holds the server's secrets: the signed Noise chain and the TLS certificate.
type Authority struct {
	root, intermediate, static *keys.KeyPair
	chain                      []byte
	certificate                tls.Certificate
	caPEM                      []byte
}

// NewAuthority derives the Noise keys from the seed, so that a client that trusts this seed's root trusts
// it after every restart; the TLS certificate is new each time unless PEM of an earlier one is given.
func NewAuthority(source *seed.Source, now time.Time, saved *SavedTLS) (*Authority, error) {
	authority := &Authority{
		root:         source.KeyPair("root key"),
		intermediate: source.KeyPair("intermediate key"),
		static:       source.KeyPair("server static key"),
	}
	chain, err := authority.signChain(now, now)
	if err != nil {
		return nil, err
	}
	authority.chain = chain
	if saved == nil || len(saved.Certificate) == 0 {
		if saved, err = newTLS(now); err != nil {
			return nil, err
		}
	}
	authority.certificate, err = tls.X509KeyPair(saved.Certificate, saved.Key)
	if err != nil {
		return nil, fmt.Errorf("wire: TLS certificate: %w", err)
	}
	authority.caPEM = saved.Certificate
	return authority, nil
}

// RootKey is what clients must trust in place of the real service's root.
func (a *Authority) RootKey() [32]byte { return *a.root.Pub }

// CAPEM is what a client's TLS must trust.
func (a *Authority) CAPEM() string { return string(a.caPEM) }

// Static is the server's Noise key.
func (a *Authority) Static() *keys.KeyPair { return a.static }

// Chain is the encoded certificate chain that proves Static.
func (a *Authority) Chain() []byte { return a.chain }

// Rotated is the same authority with another Noise key of the server, properly certified.
func (a *Authority) Rotated(now time.Time) (*Authority, error) {
	rotated := *a
	rotated.static = a.derived("rotated")
	return rotated.reissued(now, now)
}

// Forged is an authority whose chain nobody trusts: its root is another one.
func (a *Authority) Forged(now time.Time) (*Authority, error) {
	forged := *a
	forged.root = a.derived("forged")
	return forged.reissued(now, now)
}

// Expired is the same authority with a chain of two years ago.
func (a *Authority) Expired(now time.Time) (*Authority, error) {
	expired := *a
	return expired.reissued(now.AddDate(-2, 0, 0), now.AddDate(-2, 0, 0))
}

// Misplaced is the same authority with a good chain for a key that is not the server's.
func (a *Authority) Misplaced(now time.Time) (*Authority, error) {
	misplaced := *a
	misplaced.static = a.derived("misplaced")
	reissued, err := misplaced.reissued(now, now)
	reissued.static = a.static
	return reissued, err
}

// Malformed is the same authority with a chain whose signatures are a byte too short.
func (a *Authority) Malformed() (*Authority, error) {
	malformed, chain := *a, &waCert.CertChain{}
	if err := proto.Unmarshal(a.chain, chain); err != nil {
		return nil, fmt.Errorf("wire: chain: %w", err)
	}
	chain.Leaf.Signature = chain.Leaf.Signature[:63]
	chain.Intermediate.Signature = chain.Intermediate.Signature[:63]
	var err error
	malformed.chain, err = proto.Marshal(chain)
	return &malformed, err
}

// derived is another key pair, which follows from the authority's own.
func (a *Authority) derived(purpose string) *keys.KeyPair {
	private := sha256.Sum256(append(a.static.Priv[:], purpose...))
	private[0] &= 248
	private[31] = private[31]&127 | 64
	return keys.NewKeyPairFromPrivateKey(private)
}

// Issued is the same authority with a chain that is good from a day before the earlier time until a year after the
// later one.
func (a *Authority) Issued(earlier, later time.Time) (*Authority, error) {
	issued := *a
	return issued.reissued(earlier, later)
}

func (a *Authority) reissued(earlier, later time.Time) (*Authority, error) {
	chain, err := a.signChain(earlier, later)
	a.chain = chain
	return a, err
}

// TLS is the configuration of the one port: HTTP/1.1 only, a WebSocket cannot be upgraded on HTTP/2.
func (a *Authority) TLS() *tls.Config {
	return &tls.Config{
		Certificates: []tls.Certificate{a.certificate},
		MinVersion:   tls.VersionTLS12,
		NextProtos:   []string{"http/1.1"},
	}
}

func (a *Authority) signChain(earlier, later time.Time) ([]byte, error) {
	notBefore, notAfter := uint64(earlier.AddDate(0, 0, -1).Unix()), uint64(later.AddDate(1, 0, 0).Unix())
	certify := func(serial, issuer uint32, key, signer *keys.KeyPair) (*waCert.CertChain_NoiseCertificate, error) {
		details, err := proto.Marshal(&waCert.CertChain_NoiseCertificate_Details{
			Serial: &serial, IssuerSerial: &issuer, Key: key.Pub[:], NotBefore: &notBefore, NotAfter: &notAfter,
		})
		if err != nil {
			return nil, err
		}
		signature := ecc.CalculateSignature(ecc.NewDjbECPrivateKey(*signer.Priv), details)
		return &waCert.CertChain_NoiseCertificate{Details: details, Signature: signature[:]}, nil
	}
	intermediate, err := certify(intermediateSerial, rootSerial, a.intermediate, a.root)
	if err != nil {
		return nil, err
	}
	leaf, err := certify(leafSerial, intermediateSerial, a.static, a.intermediate)
	if err != nil {
		return nil, err
	}
	return proto.Marshal(&waCert.CertChain{Intermediate: intermediate, Leaf: leaf})
}

// SavedTLS is the TLS identity in PEM, kept so that trust survives a restart.
type SavedTLS struct{ Certificate, Key []byte }

// SavedTLS returns the identity in use.
func (a *Authority) SavedTLS() (*SavedTLS, error) {
	key, err := x509.MarshalPKCS8PrivateKey(a.certificate.PrivateKey)
	if err != nil {
		return nil, fmt.Errorf("wire: TLS key: %w", err)
	}
	return &SavedTLS{Certificate: a.caPEM, Key: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})}, nil
}

func newTLS(now time.Time) (*SavedTLS, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("wire: TLS key: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(now.UnixNano()),
		Subject:               pkix.Name{CommonName: "wasim"},
		NotBefore:             now.AddDate(0, 0, -1),
		NotAfter:              now.AddDate(5, 0, 0),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		IsCA:                  true,
		DNSNames:              []string{"web.whatsapp.com", "mmg.whatsapp.net", "localhost"},
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("wire: TLS certificate: %w", err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("wire: TLS key: %w", err)
	}
	return &SavedTLS{
		Certificate: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}),
		Key:         pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}),
	}, nil
}
