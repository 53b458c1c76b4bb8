package wire

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"

	"go.mau.fi/whatsmeow/binary/token"
	"go.mau.fi/whatsmeow/types"
)

// ErrMalformed says that a frame is no node: the library would skip it, or would end the process.
var ErrMalformed = errors.New("malformed frame")

const (
	// What WhatsApp sends is a dozen deep. The library's decoder calls itself once a level, without a limit.
	maxDepth = 64
	// A small frame can inflate to anything. Honest ones do not grow beyond what a frame may hold.
	maxInflated = maxFrame
	compressed  = 2
)

// CheckFrame tells whether the library can decode a decrypted frame. It reads the frame once and keeps nothing.
//
// Raises ErrMalformed for what the library would refuse, panic on, or spend unbounded memory on.
// Source: whatsmeow 35ae40906e74, binary.Unpack and binary.Unmarshal.
func CheckFrame(plain []byte) error {
	if len(plain) == 0 {
		return fmt.Errorf("%w: %w", ErrMalformed, errEmpty)
	}
	flags, body := plain[0], plain[1:]
	if flags&compressed != 0 {
		inflated, err := inflate(body)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrMalformed, err)
		}
		body = inflated
	}
	c := &checker{data: body}
	if err := c.node(0); err != nil {
		return fmt.Errorf("%w: %w at byte %d of %d", ErrMalformed, err, c.at, len(body))
	}
	if c.at != len(body) {
		return fmt.Errorf("%w: %d bytes after the node", ErrMalformed, len(body)-c.at)
	}
	return nil
}

func inflate(body []byte) ([]byte, error) {
	reader, err := zlib.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	inflated, err := io.ReadAll(io.LimitReader(reader, maxInflated+1))
	if err == nil && len(inflated) > maxInflated {
		err = fmt.Errorf("inflates to more than %d bytes", maxInflated)
	}
	return inflated, err
}

// kind is what a value of the encoding is.
type kind int

const (
	kindNone kind = iota
	kindText
	kindBytes
	kindNodes
	kindJID
)

var (
	errEmpty = errors.New("empty")
	errShort = errors.New("ends too early")
	errKind  = errors.New("a value of a kind that does not belong there")
	errToken = errors.New("an unknown token")
	errDepth = errors.New("nested too deep")
	errPlain = errors.New("packed text that cannot be")
)

// checker walks over an encoded node.
type checker struct {
	data []byte
	at   int
}

func (c *checker) skip(n int) error {
	if n > len(c.data)-c.at {
		return errShort
	}
	c.at += n
	return nil
}

func (c *checker) number(width int) (n int, err error) {
	if width > len(c.data)-c.at {
		return 0, errShort
	}
	for range width {
		n = n<<8 | int(c.data[c.at])
		c.at++
	}
	return n, nil
}

func (c *checker) listSize(tag int) (int, error) {
	switch tag {
	case token.ListEmpty:
		return 0, nil
	case token.List8:
		return c.number(1)
	case token.List16:
		return c.number(2)
	default:
		return 0, errKind
	}
}

func (c *checker) node(depth int) error {
	if depth > maxDepth {
		return errDepth
	}
	tag, err := c.number(1)
	if err != nil {
		return err
	}
	size, err := c.listSize(tag)
	if err != nil {
		return err
	}
	start := c.at
	if err := c.expect(depth, kindText); err != nil {
		return err
	}
	if size == 0 || c.empty(start) {
		return errKind
	}
	for range (size - 1) / 2 {
		if err := c.expect(depth, kindText); err != nil {
			return err
		}
		if _, err := c.value(depth, true); err != nil {
			return err
		}
	}
	if size%2 == 1 {
		return nil
	}
	_, err = c.value(depth, false)
	return err
}

// empty tells whether the text that began at start is of no length.
func (c *checker) empty(start int) bool {
	tag := int(c.data[start])
	packed := tag == token.Nibble8 || tag == token.Hex8
	return packed && c.at == start+2 || !packed && text(c.data[start:c.at]) == ""
}

func (c *checker) expect(depth int, wanted ...kind) error {
	got, err := c.value(depth, true)
	if err != nil {
		return err
	}
	for _, one := range wanted {
		if got == one {
			return nil
		}
	}
	return errKind
}

// value walks over one value. asText says that raw bytes are meant as text there.
func (c *checker) value(depth int, asText bool) (kind, error) {
	raw := kindBytes
	if asText {
		raw = kindText
	}
	tag, err := c.number(1)
	if err != nil {
		return kindNone, err
	}
	switch tag {
	case token.ListEmpty:
		return kindNone, nil
	case token.List8, token.List16:
		return kindNodes, c.list(depth, tag)
	case token.Binary8:
		return raw, c.bytes(1, 0xff)
	case token.Binary20:
		return raw, c.bytes(3, 0xfffff)
	case token.Binary32:
		return raw, c.bytes(4, 0xffffffff)
	case token.Dictionary0, token.Dictionary1, token.Dictionary2, token.Dictionary3:
		index, err := c.number(1)
		if err == nil && index >= len(token.DoubleByteTokens[tag-token.Dictionary0]) {
			err = errToken
		}
		return kindText, err
	case token.JIDPair, token.ADJID, token.FBJID, token.InteropJID:
		return kindJID, c.jid(depth, tag)
	case token.Nibble8, token.Hex8:
		return kindText, c.packed(tag)
	default:
		if tag >= len(token.SingleByteTokens) {
			return kindNone, errToken
		}
		return kindText, nil
	}
}

func (c *checker) list(depth, tag int) error {
	size, err := c.listSize(tag)
	if err != nil {
		return err
	}
	for range size {
		if err := c.node(depth + 1); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) bytes(width, mask int) error {
	length, err := c.number(width)
	if err != nil {
		return err
	}
	return c.skip(length & mask)
}

func (c *checker) packed(tag int) error {
	head, err := c.number(1)
	if err != nil {
		return err
	}
	length := head & token.PackedMax
	if length == 0 && head > token.PackedMax {
		return errPlain // half a byte less than nothing
	}
	start := c.at
	if err := c.skip(length); err != nil {
		return err
	}
	if tag == token.Hex8 {
		return nil
	}
	for _, pair := range c.data[start:c.at] {
		if !nibble(pair>>4) || !nibble(pair&0x0f) {
			return errPlain
		}
	}
	return nil
}

// nibble tells whether half a byte stands for a character: a digit, a dash, a point, or the end.
func nibble(half byte) bool { return half <= 11 || half == 15 }

func (c *checker) jid(depth, tag int) error {
	if depth++; depth > maxDepth {
		return errDepth // a user can be a JID again
	}
	switch tag {
	case token.JIDPair:
		if err := c.expect(depth, kindText, kindNone); err != nil {
			return err
		}
		return c.expect(depth, kindText)
	case token.ADJID:
		if err := c.skip(2); err != nil {
			return err
		}
		return c.expect(depth, kindText)
	case token.FBJID:
		if err := c.userWith(depth, 2); err != nil {
			return err
		}
		return c.server(depth, types.MessengerServer)
	default:
		if err := c.userWith(depth, 4); err != nil {
			return err
		}
		return c.server(depth, types.InteropServer)
	}
}

// userWith walks over a user and the numbers that follow it.
func (c *checker) userWith(depth, numbers int) error {
	if err := c.expect(depth, kindText); err != nil {
		return err
	}
	return c.skip(numbers)
}

// server walks over a server's name, which must be this one.
func (c *checker) server(depth int, name string) error {
	start := c.at
	if err := c.expect(depth, kindText); err != nil {
		return err
	}
	if text(c.data[start:c.at]) != name {
		return errKind
	}
	return nil
}

// text is what a value says that was walked over as text; "" for one that is packed.
func text(value []byte) string {
	switch tag := int(value[0]); tag {
	case token.Binary8:
		return string(value[2:])
	case token.Binary20:
		return string(value[4:])
	case token.Binary32:
		return string(value[5:])
	case token.Dictionary0, token.Dictionary1, token.Dictionary2, token.Dictionary3:
		return token.DoubleByteTokens[tag-token.Dictionary0][value[1]]
	case token.Nibble8, token.Hex8:
		return ""
	default:
		return token.SingleByteTokens[tag]
	}
}
