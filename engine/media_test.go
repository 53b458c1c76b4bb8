package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/labtest"
)

func uploadCommand(id, file string) *pb.Command {
	return &pb.Command{Command: &pb.Command_Upload{Upload: &pb.Upload{TransferId: id, File: file, Kind: pb.MediaKind_IMAGE}}}
}

// picture makes bytes that do not repeat.
func picture(size int) []byte {
	content := make([]byte, size)
	source := rand.NewChaCha8([32]byte{byte(size)})
	_, _ = source.Read(content)
	return content
}

func (l *scene) media(name string) string { return filepath.Join(l.dir, "media", name) }

func (l *scene) put(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(l.media(name), content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// received lets the friend send a picture and answers the download that fetches it.
func (l *scene) received(content []byte, id, file string) *pb.Command {
	l.sim.Must("POST", "/admin/phones/"+l.friend.Number+"/send", map[string]any{
		"to": l.own.Number, "media": map[string]any{"kind": "image", "data_base64": content},
	}, nil)
	var message *pb.Message
	l.g.until("a picture", func() bool {
		for _, d := range l.g.deliveries {
			if d.GetMessage().GetMedia() != nil {
				message = d.GetMessage()
			}
		}
		return message != nil
	})
	raw := &waE2E.Message{}
	if err := proto.Unmarshal(message.Raw, raw); err != nil || raw.ImageMessage == nil {
		l.g.t.Fatalf("raw %v, %v", raw, err)
	}
	it := raw.ImageMessage
	return &pb.Command{Command: &pb.Command_Download{Download: &pb.Download{
		TransferId: id, File: file, Kind: pb.MediaKind_IMAGE, DirectPath: it.GetDirectPath(), MediaKey: it.MediaKey,
		FileSha256: it.FileSHA256, FileEncSha256: it.FileEncSHA256,
	}}}
}

func TestAFileGoesOutAndComesIn(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.confirmAll()
	content := picture(3<<20 + 7)
	l.put(t, "cab.jpg", content)
	up := l.g.must("s1", uploadCommand("t1", "cab.jpg")).GetUpload()
	hash := sha256.Sum256(content)
	if up.SizeBytes != uint64(len(content)) || !bytes.Equal(up.FileSha256, hash[:]) || len(up.MediaKey) != 32 || len(up.FileEncSha256) != 32 || up.Url == "" || up.DirectPath == "" {
		t.Fatalf("uploaded: %v", up)
	}
	message, err := proto.Marshal(&waE2E.Message{ImageMessage: &waE2E.ImageMessage{
		URL: &up.Url, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileSHA256: up.FileSha256,
		FileEncSHA256: up.FileEncSha256, FileLength: &up.SizeBytes, Mimetype: proto.String("image/jpeg"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	l.g.must("s1", &pb.Command{Command: &pb.Command_Send{Send: &pb.Send{MessageId: "3EB0CAFE01", To: l.friend.Number + "@s.whatsapp.net", Message: message}}})
	var seen struct {
		Body []byte `json:"data_base64"`
	}
	l.sim.Must("GET", fmt.Sprintf("/admin/phones/%s/inbox/%d/media", l.friend.Number, l.friend.Inbox(1)[0].Seq), nil, &seen)
	if !bytes.Equal(seen.Body, content) {
		t.Errorf("the friend sees %d other bytes", len(seen.Body))
	}

	answer := picture(2<<20 + 1)
	command := l.received(answer, "t2", "answer.jpg")
	if down := l.g.must("s1", command).GetDownload(); down.SizeBytes != uint64(len(answer)) {
		t.Errorf("downloaded: %v", down)
	}
	kept, err := os.ReadFile(l.media("answer.jpg"))
	if err != nil || !bytes.Equal(kept, answer) {
		t.Errorf("%d bytes, %v", len(kept), err)
	}
	if info, err := os.Stat(l.media("answer.jpg")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	progress := map[string]uint64{}
	for _, fact := range l.g.allFacts() {
		if p := fact.GetTransferProgress(); p != nil {
			progress[p.TransferId] = max(progress[p.TransferId], p.DoneBytes)
		}
	}
	if progress["t1"] == 0 || progress["t2"] == 0 {
		t.Errorf("progress: %v", progress)
	}
	if left, _ := filepath.Glob(l.media(".part-*")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}

func TestWhatIsWrongWithAFile(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.confirmAll()
	l.put(t, "there.jpg", picture(1000))
	if err := os.Symlink("/etc/hostname", l.media("link.jpg")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]pb.ErrorCode{
		"missing.jpg": pb.ErrorCode_NOT_FOUND, "link.jpg": pb.ErrorCode_NOT_FOUND, "": pb.ErrorCode_INVALID_ARGUMENT,
		"../session.db": pb.ErrorCode_INVALID_ARGUMENT, "a/b": pb.ErrorCode_INVALID_ARGUMENT, ".part-1": pb.ErrorCode_INVALID_ARGUMENT,
		"..": pb.ErrorCode_INVALID_ARGUMENT, "-rf": pb.ErrorCode_INVALID_ARGUMENT, "a\x00b": pb.ErrorCode_INVALID_ARGUMENT,
	} {
		if result := l.g.ask("s1", uploadCommand("t", name)); result.GetError().GetCode() != want {
			t.Errorf("upload %q: %v, want %v", name, result, want)
		}
	}
	if result := l.g.ask("s1", uploadCommand("", "there.jpg")); result.GetError().GetCode() != pb.ErrorCode_BUSY {
		t.Errorf("no transfer id: %v", result)
	}
	command := l.received(picture(200_000), "t", "kept.jpg")
	download := command.GetDownload()
	for _, c := range []struct {
		name  string
		spoil func(*pb.Download)
		fault string
		want  pb.ErrorCode
		code  int32
	}{
		{name: "gone", fault: "media-404", want: pb.ErrorCode_MEDIA_GONE, code: 404},
		{name: "gone for good", fault: "media-410", want: pb.ErrorCode_MEDIA_GONE, code: 410},
		{name: "another hash", spoil: func(d *pb.Download) { d.FileSha256 = bytes.Repeat([]byte{1}, 32) }, want: pb.ErrorCode_MEDIA_BROKEN},
		{name: "another key", spoil: func(d *pb.Download) { d.MediaKey = bytes.Repeat([]byte{1}, 32) }, want: pb.ErrorCode_MEDIA_BROKEN},
		{name: "short key", spoil: func(d *pb.Download) { d.MediaKey = d.MediaKey[:8] }, want: pb.ErrorCode_INVALID_ARGUMENT},
		{name: "unknown kind", spoil: func(d *pb.Download) { d.Kind = 77 }, want: pb.ErrorCode_INVALID_ARGUMENT},
		{name: "outside", spoil: func(d *pb.Download) { d.File = "../kept.jpg" }, want: pb.ErrorCode_INVALID_ARGUMENT},
		{name: "too large", spoil: func(d *pb.Download) { d.MaxBytes = 199_999 }, want: pb.ErrorCode_TOO_LARGE},
		{name: "much too large", spoil: func(d *pb.Download) { d.MaxBytes = 1000 }, want: pb.ErrorCode_TOO_LARGE},
		{name: "a wrong byte", fault: "media-corrupt", want: pb.ErrorCode_MEDIA_BROKEN},
	} {
		spoiled := proto.Clone(download).(*pb.Download)
		if c.spoil != nil {
			c.spoil(spoiled)
		}
		if c.fault != "" {
			l.sim.Fault(c.fault, "", 1)
		}
		result := l.g.ask("s1", &pb.Command{Command: &pb.Command_Download{Download: spoiled}})
		if got := result.GetError(); got.GetCode() != c.want || got.GetWhatsappCode() != c.code {
			t.Errorf("%s: %v, want %v %d", c.name, result, c.want, c.code)
		}
		if _, err := os.Stat(l.media("kept.jpg")); !os.IsNotExist(err) {
			t.Errorf("%s: a file appeared: %v", c.name, err)
		}
	}
	// What passes by itself may be asked again, and then the whole file is there.
	for _, fault := range []string{"media-500", "media-short"} {
		l.sim.Fault(fault, "", 1)
		if result := l.g.ask("s1", command); result.GetError().GetCode() != pb.ErrorCode_UNANSWERED {
			t.Errorf("%s: %v", fault, result)
		}
	}
	if again := l.g.must("s1", command).GetDownload(); again.SizeBytes != 200_000 {
		t.Errorf("again: %v", again)
	}
	if left, _ := filepath.Glob(l.media(".part-*")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}

// Files that crawl hold up neither messages nor the connection, and end when the gateway says so.
func TestASlowFileHoldsUpNothing(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.confirmAll()
	l.put(t, "slow.jpg", picture(100_000))
	l.sim.Must("POST", "/admin/faults", map[string]any{
		"action": "delay", "match": map[string]any{"tag": "upload"}, "args": map[string]any{"ms": 600_000}, "count": -1,
	}, nil)
	const slow = 12 // more than are moved at once
	ids := make([]uint64, slow)
	for i := range ids {
		ids[i] = l.g.post("s1", uploadCommand("t"+padded(i), "slow.jpg"))
	}
	if result := l.g.ask("s1", uploadCommand("t00", "slow.jpg")); result.GetError().GetCode() != pb.ErrorCode_BUSY {
		t.Errorf("the same transfer twice: %v", result)
	}
	for i := range 5 {
		l.g.must("s1", sendText("3EB0510"+padded(i), l.friend.Number+"@s.whatsapp.net", "meanwhile "+padded(i)))
	}
	if inbox := l.friend.Inbox(5); inbox[4].Text != "meanwhile 04" {
		t.Errorf("inbox: %v", inbox)
	}
	for i := range ids {
		l.g.must("s1", &pb.Command{Command: &pb.Command_Cancel{Cancel: &pb.Cancel{TransferId: "t" + padded(i)}}})
	}
	for i, id := range ids {
		var result *pb.Result
		l.g.until("the end of an upload", func() bool { result = l.g.results[id]; return result != nil })
		if result.GetError().GetCode() != pb.ErrorCode_CANCELLED {
			t.Errorf("upload %d: %v", i, result)
		}
	}
	l.g.must("s1", &pb.Command{Command: &pb.Command_Cancel{Cancel: &pb.Cancel{TransferId: "never seen"}}})
	l.g.must("s1", sendText("3EB0520000", l.friend.Number+"@s.whatsapp.net", "after"))
	for _, fact := range l.g.allFacts() {
		if fact.GetDisconnected() != nil && fact.Epoch == 2 {
			t.Errorf("the connection ended: %v", fact)
		}
	}
	labtest.Eventually(t, "no halves are left", func() bool {
		left, _ := filepath.Glob(l.media(".part-*"))
		return len(left) == 0
	})
}

// An engine that was killed in the middle leaves halves that the next one removes.
func TestHalvesOfBeforeAreRemoved(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "media"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".part-123", "whole.jpg"} {
		if err := os.WriteFile(filepath.Join(dir, "media", name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	startEngine(t, dir)
	dial(t, dir)
	names, err := os.ReadDir(filepath.Join(dir, "media"))
	if err != nil || len(names) != 1 || names[0].Name() != "whole.jpg" {
		t.Errorf("%v, %v", names, err)
	}
}

// What the server has dropped comes from the phone: it places the file once more, under another path.
func TestThePhonePlacesAFileAgain(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.confirmAll()
	content := picture(150_000)
	download := l.received(content, "t", "again.jpg").GetDownload()
	var message *pb.Message
	for _, d := range l.g.deliveries {
		if d.GetMessage().GetMedia() != nil {
			message = d.GetMessage()
		}
	}
	again := func(id string, key []byte) *pb.Result {
		return l.g.ask("s1", &pb.Command{Command: &pb.Command_Act{Act: &pb.Act{Act: &pb.Act_MediaAgain{MediaAgain: &pb.MediaAgain{
			MessageId: id, Chat: message.Chat, Sender: message.Sender, MediaKey: key,
		}}}}})
	}
	placed := again(message.MessageId, download.MediaKey).GetAct().GetMediaPlaced()
	if placed.GetDirectPath() == "" || placed.GetDirectPath() == download.DirectPath {
		t.Fatalf("placed at %q, was at %q", placed.GetDirectPath(), download.DirectPath)
	}
	if remote := message.GetMedia().Remote; remote.DirectPath != download.DirectPath || !bytes.Equal(remote.MediaKey, download.MediaKey) {
		t.Errorf("the message names %v", remote)
	}
	fresh := proto.Clone(download).(*pb.Download)
	fresh.DirectPath = placed.DirectPath
	l.g.must("s1", &pb.Command{Command: &pb.Command_Download{Download: fresh}})
	if kept, err := os.ReadFile(l.media("again.jpg")); err != nil || !bytes.Equal(kept, content) {
		t.Errorf("%d bytes, %v", len(kept), err)
	}
	if got := again("3EB0NEVERSEEN", download.MediaKey).GetError(); got.GetCode() != pb.ErrorCode_MEDIA_GONE {
		t.Errorf("a message that the phone does not know: %v", got)
	}
	if got := again(message.MessageId, download.MediaKey[:8]).GetError(); got.GetCode() != pb.ErrorCode_INVALID_ARGUMENT {
		t.Errorf("a key that is none: %v", got)
	}
}
