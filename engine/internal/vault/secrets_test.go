package vault

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

var secret = []byte("0123456789abcdef0123456789abcdef")

// padded is a message with a secret as it comes out of the ratchet.
func padded(t *testing.T) []byte {
	t.Helper()
	message, err := proto.Marshal(&waE2E.Message{
		Conversation: proto.String("hello"), MessageContextInfo: &waE2E.MessageContextInfo{MessageSecret: secret},
	})
	if err != nil {
		t.Fatal(err)
	}
	return append(message, 3, 3, 3)
}

func received(device *store.Device, ctx context.Context, plaintext []byte, after error) error {
	return device.EventBuffer.DoDecryptionTxn(ctx, func(ctx context.Context) error {
		if err := device.EventBuffer.PutBufferedEvent(ctx, [32]byte{1}, plaintext, time.Now()); err != nil {
			return err
		}
		return after
	})
}

func secretIn(t *testing.T, device *store.Device, chat types.JID, id string) string {
	t.Helper()
	found, _, err := device.MsgSecrets.GetMessageSecret(context.Background(), chat, chat, id)
	if err != nil {
		t.Fatal(err)
	}
	return string(found)
}

func TestASecretIsStoredWithThePlaintextThatBroughtIt(t *testing.T) {
	file, device := loadedDevice(t)
	commits := countCommits(t, file)
	ctx := Decrypting(context.Background(), Origin{Chat: chat, Sender: chat, ID: "A1"})
	if err := received(device, ctx, padded(t), nil); err != nil {
		t.Fatal(err)
	}
	if err := device.MsgSecrets.PutMessageSecret(ctx, chat, chat, "A1", secret); err != nil {
		t.Fatal(err)
	}
	if *commits != 1 || secretIn(t, device, chat, "A1") != string(secret) {
		t.Errorf("%d commits, secret %q", *commits, secretIn(t, device, chat, "A1"))
	}
}

func TestASecretIsStoredUnderTheNameThatTheLibraryGivesIt(t *testing.T) {
	file, device := loadedDevice(t)
	commits := countCommits(t, file)
	ctx := Decrypting(context.Background(), Origin{Chat: chat, Sender: chat, ID: "A1"})
	if err := received(device, ctx, padded(t), nil); err != nil {
		t.Fatal(err)
	}
	other := types.NewJID("323456789012345", types.HiddenUserServer)
	if err := device.MsgSecrets.PutMessageSecret(ctx, other, other, "A1", secret); err != nil {
		t.Fatal(err)
	}
	if *commits != 2 || secretIn(t, device, other, "A1") != string(secret) {
		t.Errorf("%d commits, secret %q", *commits, secretIn(t, device, other, "A1"))
	}
}

func TestASecretWhoseTransactionCameToNothingIsStoredAfterwards(t *testing.T) {
	_, device := loadedDevice(t)
	ctx := Decrypting(context.Background(), Origin{Chat: chat, Sender: chat, ID: "A1"})
	spoiled := errors.New("spoiled")
	if err := received(device, ctx, padded(t), spoiled); !errors.Is(err, spoiled) {
		t.Fatal(err)
	}
	if secretIn(t, device, chat, "A1") != "" {
		t.Fatal("the secret of a message that was rolled back is there")
	}
	if err := device.MsgSecrets.PutMessageSecret(ctx, chat, chat, "A1", secret); err != nil {
		t.Fatal(err)
	}
	if secretIn(t, device, chat, "A1") != string(secret) {
		t.Error("the secret is lost")
	}
}

func TestAMessageWithoutASecretStoresNone(t *testing.T) {
	for name, plaintext := range map[string][]byte{
		"text":       {0x0a, 2, 'h', 'i', 1},
		"empty":      {},
		"cut":        {0xff, 0xff},
		"cut inside": padded(t)[:20],
	} {
		if found := secretOf(plaintext); len(found) != 0 {
			t.Errorf("%s: %x", name, found)
		}
	}
}
