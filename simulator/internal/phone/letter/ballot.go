package letter

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"
)

// ErrBallot means that a vote cannot be opened: it belongs to another poll or voter, or the poll's secret is unknown.
var ErrBallot = errors.New("phone: the vote does not belong to this poll")

// Ballot is what the key of one vote depends on. The addresses are without a device, in the domain of the chat.
type Ballot struct {
	PollID, PollWriter, Voter string
	Secret                    []byte
}

// aead returns the cipher of a vote and what must be authentic beside it.
func (b *Ballot) aead() (cipher.AEAD, []byte, error) {
	if len(b.Secret) != 32 {
		return nil, nil, fmt.Errorf("%w: no message secret", ErrBallot)
	}
	key, err := hkdf.Key(sha256.New, b.Secret, nil, b.PollID+b.PollWriter+b.Voter+"Poll Vote", 32)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrBallot, err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrBallot, err)
	}
	sealer, err := cipher.NewGCM(block)
	return sealer, []byte(b.PollID + "\x00" + b.Voter), err
}

func sealVote(options []string, ballot Ballot) (*waE2E.PollEncValue, error) {
	vote := &waE2E.PollVoteMessage{}
	for _, option := range options {
		sum := sha256.Sum256([]byte(option))
		vote.SelectedOptions = append(vote.SelectedOptions, sum[:])
	}
	plaintext, err := proto.Marshal(vote)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBallot, err)
	}
	sealer, authentic, err := ballot.aead()
	if err != nil {
		return nil, err
	}
	iv := make([]byte, sealer.NonceSize())
	_, _ = rand.Read(iv)
	return &waE2E.PollEncValue{EncPayload: sealer.Seal(nil, iv, plaintext, authentic), EncIV: iv}, nil
}

// OpenVote returns the options of a poll that a vote chooses.
func OpenVote(sealed *waE2E.PollEncValue, poll *Poll, ballot Ballot) ([]string, error) {
	sealer, authentic, err := ballot.aead()
	if err != nil {
		return nil, err
	}
	if len(sealed.GetEncIV()) != sealer.NonceSize() {
		return nil, fmt.Errorf("%w: bad nonce", ErrBallot)
	}
	plaintext, err := sealer.Open(nil, sealed.GetEncIV(), sealed.GetEncPayload(), authentic)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBallot, err)
	}
	vote := &waE2E.PollVoteMessage{}
	if err = proto.Unmarshal(plaintext, vote); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBallot, err)
	}
	chosen := []string{}
	for _, hash := range vote.GetSelectedOptions() {
		for _, option := range poll.Options {
			if sum := sha256.Sum256([]byte(option)); string(sum[:]) == string(hash) {
				chosen = append(chosen, option)
			}
		}
	}
	return chosen, nil
}
