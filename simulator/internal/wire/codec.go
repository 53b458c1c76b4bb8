package wire

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"

	binary "go.mau.fi/whatsmeow/binary"
)

const (
	flagCompressed = 2
	// maxInflated bounds what a compressed frame may become; the largest honest stanza is far smaller.
	maxInflated = 32 << 20
)

// ErrStanza means that a frame decrypted well but holds no readable stanza.
var ErrStanza = errors.New("malformed stanza")

// decode turns a decrypted frame into a node. The codec panics on some malformed input: that is an error
// here, because one client's garbage may never stop the server.
func decode(plaintext []byte) (node *binary.Node, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			node, err = nil, fmt.Errorf("%w: %v", ErrStanza, cause)
		}
	}()
	if len(plaintext) == 0 {
		return nil, fmt.Errorf("%w: empty", ErrStanza)
	}
	body := plaintext[1:]
	if plaintext[0]&flagCompressed != 0 {
		if body, err = inflate(body); err != nil {
			return nil, err
		}
	}
	if err = measure(body); err != nil {
		return nil, err
	}
	if node, err = binary.Unmarshal(body); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStanza, err)
	}
	return node, nil
}

func inflate(compressed []byte) ([]byte, error) {
	reader, err := zlib.NewReader(bytes.NewReader(compressed))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStanza, err)
	}
	body, err := io.ReadAll(io.LimitReader(reader, maxInflated+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStanza, err)
	}
	if len(body) > maxInflated {
		return nil, fmt.Errorf("%w: inflates beyond %d bytes", ErrStanza, maxInflated)
	}
	return body, nil
}
