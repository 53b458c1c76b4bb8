package world_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"holdfast/simulator/internal/media"
)

func sample(size int) []byte { return bytes.Repeat([]byte("0123456789"), size/10) }

// Files go both ways: what a phone sends a client can download, and what a client uploads a phone can read.
func TestFilesGoBothWays(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	own, c := l.linked()
	for _, kind := range []string{"image", "video", "audio", "voice", "document", "sticker"} {
		body := append(sample(70_000), kind...)
		l.must("POST", "/admin/phones/"+friend+"/send", map[string]any{
			"to": own, "text": "a caption", "media": map[string]any{"kind": kind, "data_base64": body, "mimetype": "x/y", "file_name": "f.bin"},
		}, nil)
		message := waitForMessage(c)
		for message.Info.Type != "media" {
			message = waitForMessage(c)
		}
		got, err := c.Download(context.Background(), fileOf(message.Message))
		if err != nil || !bytes.Equal(got, body) {
			t.Errorf("%s: %d bytes, %v", kind, len(got), err)
		}
	}
	body := sample(100_000)
	uploaded, err := c.Upload(context.Background(), body, whatsmeow.MediaImage)
	must(t, err)
	_, err = c.SendMessage(context.Background(), jidOf(friend), &waE2E.Message{ImageMessage: &waE2E.ImageMessage{
		URL: &uploaded.URL, DirectPath: &uploaded.DirectPath, MediaKey: uploaded.MediaKey, Mimetype: proto.String("image/png"),
		FileEncSHA256: uploaded.FileEncSHA256, FileSHA256: uploaded.FileSHA256, FileLength: &uploaded.FileLength, Caption: proto.String("mine"),
	}})
	must(t, err)
	item := l.inbox(friend, 1)[0]
	if item.Kind != "image" || item.Text != "mine" {
		t.Errorf("the friend has %+v", item)
	}
	var file struct {
		Body []byte `json:"data_base64"`
		MIME string `json:"mimetype"`
	}
	l.must("GET", fmt.Sprintf("/admin/phones/%s/inbox/%d/media", friend, item.Seq), nil, &file)
	if !bytes.Equal(file.Body, body) || file.MIME != "image/png" {
		t.Errorf("%d bytes of %s", len(file.Body), file.MIME)
	}
	if status := l.call("GET", "/admin/phones/"+friend+"/inbox/99/media", nil, nil); status != http.StatusNotFound {
		t.Errorf("a file of no message has status %d", status)
	}
}

func fileOf(message *waE2E.Message) whatsmeow.DownloadableMessage {
	switch {
	case message.ImageMessage != nil:
		return message.ImageMessage
	case message.VideoMessage != nil:
		return message.VideoMessage
	case message.AudioMessage != nil:
		return message.AudioMessage
	case message.DocumentMessage != nil:
		return message.DocumentMessage
	default:
		return message.StickerMessage
	}
}

// fetch does one plain HTTP request.
func (l *lab) fetch(method, target string, header http.Header, body []byte) (int, []byte) {
	l.t.Helper()
	request, err := http.NewRequest(method, "https://localhost"+target, bytes.NewReader(body))
	must(l.t, err)
	for name, values := range header {
		request.Header[name] = values
	}
	response, err := l.http.Do(request)
	must(l.t, err)
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	must(l.t, err)
	return response.StatusCode, answer
}

func TestUploadsAndDownloads(t *testing.T) {
	l := newLab(t)
	body := sample(1000)
	token := media.Token(body)
	target := "/mms/image/" + token + "?auth=a&token=" + token
	if status, _ := l.fetch("POST", target, nil, body[:999]); status != http.StatusBadRequest {
		t.Errorf("a broken upload has status %d", status)
	}
	if _, answer := l.fetch("POST", target+"&resume=1", nil, nil); string(answer) != `{"resume":"999"}`+"\n" {
		t.Errorf("resuming: %s", answer)
	}
	if status, answer := l.fetch("POST", target+"&file_offset=999", nil, body[999:]); status != http.StatusOK {
		t.Fatalf("the rest has status %d, %s", status, answer)
	}
	if _, answer := l.fetch("POST", target+"&resume=1", nil, nil); !bytes.Contains(answer, []byte(`"resume":"complete"`)) {
		t.Errorf("resuming a whole file: %s", answer)
	}
	file, _ := l.world.Rooms().Media.Have(token)
	for _, suffix := range []string{"", "?ccb=1", "?ccb=1&hash=x&mms-type=image&__wa-mms=", "&hash=x", "?ccb=1?auth=a&token=b"} {
		if status, got := l.fetch("GET", file.Path+suffix, nil, nil); status != http.StatusOK || !bytes.Equal(got, body) {
			t.Errorf("%q: status %d, %d bytes", suffix, status, len(got))
		}
	}
	status, got := l.fetch("GET", file.Path, http.Header{"Range": {"bytes=10-19"}}, nil)
	if status != http.StatusPartialContent || !bytes.Equal(got, body[10:20]) {
		t.Errorf("a range has status %d, %q", status, got)
	}
	if status, _ = l.fetch("DELETE", target, nil, nil); status != http.StatusOK {
		t.Errorf("deleting has status %d", status)
	}
	if status, _ = l.fetch("GET", file.Path, nil, nil); status != http.StatusNotFound {
		t.Errorf("a deleted file has status %d", status)
	}
	if status, _ = l.fetch("POST", "/mms/image/short", nil, body); status != http.StatusBadRequest {
		t.Errorf("a bad token has status %d", status)
	}
}
