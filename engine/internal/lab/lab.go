// Package lab reads the trust file of a simulator. What enters is the file, what leaves is the address, the root key and
// the certificates to trust instead of WhatsApp's. It never changes anything by itself.
package lab

import (
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
)

// ErrTrust says that the trust file does not hold what a simulator writes.
var ErrTrust = errors.New("not a simulator's trust file")

// Trust names the simulator to talk to.
type Trust struct {
	Address string
	RootKey [32]byte
	CA      *x509.CertPool
}

// Read parses a trust file as the simulator writes it.
func Read(path string) (*Trust, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("trust file: %w", err)
	}
	var raw struct {
		Address string `json:"address"`
		RootKey string `json:"root_key"`
		CAPEM   string `json:"ca_pem"`
	}
	if err := json.Unmarshal(content, &raw); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrTrust, path, err)
	}
	trust := &Trust{Address: raw.Address, CA: x509.NewCertPool()}
	if _, _, err := net.SplitHostPort(raw.Address); err != nil {
		return nil, fmt.Errorf("%w: %s: address: %w", ErrTrust, path, err)
	}
	key, err := hex.DecodeString(raw.RootKey)
	if err != nil || copy(trust.RootKey[:], key) != len(trust.RootKey) || len(key) != len(trust.RootKey) {
		return nil, fmt.Errorf("%w: %s: root_key is not 32 bytes of hex", ErrTrust, path)
	}
	if !trust.CA.AppendCertsFromPEM([]byte(raw.CAPEM)) {
		return nil, fmt.Errorf("%w: %s: ca_pem holds no certificate", ErrTrust, path)
	}
	return trust, nil
}
