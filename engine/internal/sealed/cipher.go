package sealed

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
)

const blockSize = 16

// xts encrypts sectors by AES-XTS, as IEEE 1619 says. A block at a time as golang.org/x/crypto/xts does it, but in words
// of eight bytes: that takes a third of the time.
type xts struct {
	data, tweak cipher.Block
}

// newXTS takes both keys, one after the other. False when they have no length that AES knows.
func newXTS(key []byte) (*xts, bool) {
	data, err := aes.NewCipher(key[:len(key)/2])
	if err != nil {
		return nil, false
	}
	tweak, err := aes.NewCipher(key[len(key)/2:])
	return &xts{data: data, tweak: tweak}, err == nil
}

// encrypt encrypts whole sectors in place; first is the number of the first of them.
func (x *xts) encrypt(sectors []byte, first int64) { x.each(sectors, first, x.data.Encrypt) }

// decrypt is the way back.
func (x *xts) decrypt(sectors []byte, first int64) { x.each(sectors, first, x.data.Decrypt) }

func (x *xts) each(sectors []byte, first int64, block func(to, from []byte)) {
	var tweak [blockSize]byte
	for ; len(sectors) > 0; sectors = sectors[SectorSize:] {
		tweak = [blockSize]byte{}
		binary.LittleEndian.PutUint64(tweak[:8], uint64(first))
		x.tweak.Encrypt(tweak[:], tweak[:])
		low, high := binary.LittleEndian.Uint64(tweak[:8]), binary.LittleEndian.Uint64(tweak[8:])
		for at := 0; at < SectorSize; at += blockSize {
			it := sectors[at : at+blockSize : at+blockSize]
			mask(it, low, high)
			block(it, it)
			mask(it, low, high)
			// Times two in GF(2¹²⁸).
			carry := high >> 63
			high = high<<1 | low>>63
			low = low<<1 ^ carry*0x87
		}
		first++
	}
}

func mask(block []byte, low, high uint64) {
	binary.LittleEndian.PutUint64(block[:8], binary.LittleEndian.Uint64(block[:8])^low)
	binary.LittleEndian.PutUint64(block[8:], binary.LittleEndian.Uint64(block[8:])^high)
}
