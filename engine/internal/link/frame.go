// Package link is the socket to the gateway. What enters are deliveries, facts and levels; what leaves are commands and
// confirmations. It never looks into a message and never decides anything about a session.
package link

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"google.golang.org/protobuf/proto"
)

// MaxFrame is the longest frame either side accepts.
const MaxFrame = 16 << 20

// ErrFrame says that the other side does not speak this protocol.
var ErrFrame = errors.New("malformed frame")

// ReadFrame reads one length-prefixed message into m.
func ReadFrame(r *bufio.Reader, m proto.Message) error {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return err
	}
	size := binary.BigEndian.Uint32(head[:])
	if size > MaxFrame {
		return fmt.Errorf("%w: %d bytes, the limit is %d", ErrFrame, size, MaxFrame)
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(r, body); err != nil {
		if errors.Is(err, io.EOF) {
			return io.ErrUnexpectedEOF
		}
		return err
	}
	if err := proto.Unmarshal(body, m); err != nil {
		return fmt.Errorf("%w: %w", ErrFrame, err)
	}
	return nil
}

// AppendFrame appends m as one frame to buffer.
func AppendFrame(buffer []byte, m proto.Message) ([]byte, error) {
	start := len(buffer)
	buffer = append(buffer, 0, 0, 0, 0)
	buffer, err := proto.MarshalOptions{}.MarshalAppend(buffer, m)
	if err != nil {
		return nil, fmt.Errorf("encode frame: %w", err)
	}
	size := len(buffer) - start - 4
	if size > MaxFrame {
		return nil, fmt.Errorf("%w: %d bytes, the limit is %d", ErrFrame, size, MaxFrame)
	}
	binary.BigEndian.PutUint32(buffer[start:], uint32(size))
	return buffer, nil
}
