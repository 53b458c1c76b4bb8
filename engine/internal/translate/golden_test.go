package translate

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"

	pb "holdfast/engine/enginepb"
)

// proto/golden/content holds what the gateway composes, and beside each message its translation here: the gateway's tests
// read both. A new case gets its translation by: go test ./engine/internal/translate -run Golden -write

const goldenFolder = "../../../proto/golden/content"

var writeGolden = flag.Bool("write", false, "write translations of golden messages that do not exist yet")

func TestGoldenContent(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(goldenFolder, "*.bin"))
	if err != nil || len(files) < 25 {
		t.Fatalf("golden messages: %d, %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".bin")
		t.Run(name, func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Message(event(direct(), decoded(t, raw)), unknown, openVote)
			if err != nil {
				t.Fatal(err)
			}
			got.Raw = []byte("as composed")
			text := strings.TrimSuffix(file, ".bin") + ".txtpb"
			if _, err := os.Stat(text); os.IsNotExist(err) && *writeGolden {
				written := prototext.MarshalOptions{Multiline: true, Indent: "  "}.Format(got)
				if err := os.WriteFile(text, []byte(written), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			described, err := os.ReadFile(text)
			if err != nil {
				t.Fatal(err)
			}
			want := &pb.Message{}
			if err := prototext.Unmarshal(described, want); err != nil {
				t.Fatal(err)
			}
			if !proto.Equal(got, want) {
				t.Errorf("%v, want %v", got, want)
			}
		})
	}
}

// openVote opens a vote under the golden secret, by the key that its own poll's writer and voter make: in these messages
// the one is Grace in a group, else the voter.
func openVote(content *waE2E.Message) (Unsealed, error) {
	update := content.GetPollUpdateMessage()
	if update == nil {
		return Unsealed{}, errSealed
	}
	secret := make([]byte, 32)
	for n := range secret {
		secret[n] = byte(n)
	}
	key := update.GetPollCreationMessageKey()
	writer := ownLID.String()
	if !key.GetFromMe() {
		writer = key.GetParticipant()
	}
	derived, err := hkdf.Key(sha256.New, secret, nil, key.GetID()+writer+ownLID.String()+"Poll Vote", 32)
	if err != nil {
		return Unsealed{}, err
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return Unsealed{}, err
	}
	opener, err := cipher.NewGCM(block)
	if err != nil {
		return Unsealed{}, err
	}
	plain, err := opener.Open(nil, update.GetVote().GetEncIV(), update.GetVote().GetEncPayload(), []byte(key.GetID()+"\x00"+ownLID.String()))
	if err != nil {
		return Unsealed{}, err
	}
	vote := &waE2E.PollVoteMessage{}
	return Unsealed{Vote: vote}, proto.Unmarshal(plain, vote)
}
