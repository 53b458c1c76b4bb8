package phone

import (
	"errors"
	"fmt"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"holdfast/simulator/internal/media"
)

// ErrNoAttachment means that a message carries no file, or that the file is not here any more.
var ErrNoAttachment = errors.New("phone: no such attachment")

// Attachment is a file to send.
type Attachment struct {
	Kind     string
	Body     []byte
	MIME     string
	Caption  string
	FileName string
}

// files is where phones upload and download: the same place as everybody.
type files struct {
	store *media.Store
	host  string
}

// UseFiles gives the phones a place for attachments.
func (b *Book) UseFiles(store *media.Store, host string) { b.files = files{store, host} }

// Attach seals and uploads a file and makes the message that carries it.
func (b *Book) Attach(attachment Attachment) (*waE2E.Message, error) {
	kind, ok := mediaKinds[attachment.Kind]
	if !ok {
		return nil, fmt.Errorf("%w: no media of kind %q", ErrMessageInvalid, attachment.Kind)
	}
	sealed, err := media.Seal(kind.media, attachment.Body)
	if err != nil {
		return nil, err
	}
	file, err := b.files.store.Put(media.Token(sealed.Body), sealed.Body)
	if err != nil {
		return nil, err
	}
	direct := file.Path + "?ccb=1"
	return kind.build(&attachment, &uploaded{
		Sealed: sealed, direct: proto.String(direct), url: proto.String("https://" + b.files.host + direct),
		size: proto.Uint64(uint64(sealed.Size)), at: proto.Int64(b.now().Unix()),
	}), nil
}

type uploaded struct {
	*media.Sealed
	direct, url *string
	size        *uint64
	at          *int64
}

type mediaKind struct {
	media whatsmeow.MediaType
	build func(*Attachment, *uploaded) *waE2E.Message
}

var mediaKinds = map[string]mediaKind{
	"image": {whatsmeow.MediaImage, func(a *Attachment, u *uploaded) *waE2E.Message {
		return &waE2E.Message{ImageMessage: &waE2E.ImageMessage{
			URL: u.url, DirectPath: u.direct, MediaKey: u.Key, Mimetype: proto.String(a.MIME), Caption: given(a.Caption),
			FileEncSHA256: u.SealedHash, FileSHA256: u.PlainHash, FileLength: u.size, MediaKeyTimestamp: u.at,
		}}
	}},
	"video": {whatsmeow.MediaVideo, func(a *Attachment, u *uploaded) *waE2E.Message {
		return &waE2E.Message{VideoMessage: &waE2E.VideoMessage{
			URL: u.url, DirectPath: u.direct, MediaKey: u.Key, Mimetype: proto.String(a.MIME), Caption: given(a.Caption),
			FileEncSHA256: u.SealedHash, FileSHA256: u.PlainHash, FileLength: u.size, MediaKeyTimestamp: u.at,
		}}
	}},
	"audio": {whatsmeow.MediaAudio, audio(false)},
	"voice": {whatsmeow.MediaAudio, audio(true)},
	"document": {whatsmeow.MediaDocument, func(a *Attachment, u *uploaded) *waE2E.Message {
		return &waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{
			URL: u.url, DirectPath: u.direct, MediaKey: u.Key, Mimetype: proto.String(a.MIME), Caption: given(a.Caption),
			FileName: given(a.FileName), Title: given(a.FileName),
			FileEncSHA256: u.SealedHash, FileSHA256: u.PlainHash, FileLength: u.size, MediaKeyTimestamp: u.at,
		}}
	}},
	"sticker": {whatsmeow.MediaImage, func(a *Attachment, u *uploaded) *waE2E.Message {
		return &waE2E.Message{StickerMessage: &waE2E.StickerMessage{
			URL: u.url, DirectPath: u.direct, MediaKey: u.Key, Mimetype: proto.String(a.MIME),
			FileEncSHA256: u.SealedHash, FileSHA256: u.PlainHash, FileLength: u.size, MediaKeyTimestamp: u.at,
		}}
	}},
}

func audio(voice bool) func(*Attachment, *uploaded) *waE2E.Message {
	return func(a *Attachment, u *uploaded) *waE2E.Message {
		return &waE2E.Message{AudioMessage: &waE2E.AudioMessage{
			URL: u.url, DirectPath: u.direct, MediaKey: u.Key, Mimetype: proto.String(a.MIME), PTT: proto.Bool(voice),
			FileEncSHA256: u.SealedHash, FileSHA256: u.PlainHash, FileLength: u.size, MediaKeyTimestamp: u.at,
			Seconds: proto.Uint32(1),
		}}
	}
}

func given(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// attached is what every media message has.
type attached interface {
	GetDirectPath() string
	GetMediaKey() []byte
	GetFileSHA256() []byte
	GetMimetype() string
}

// Download fetches and decrypts the file of a received message.
func (p *Phone) Download(seq uint64) (body []byte, mime string, err error) {
	item, ok := p.inbox.get(seq)
	if !ok {
		return nil, "", ErrNoAttachment
	}
	message := &waE2E.Message{}
	if err = proto.Unmarshal(item.Message, message); err != nil {
		return nil, "", ErrNoAttachment
	}
	if inner := message.GetDeviceSentMessage().GetMessage(); inner != nil {
		message = inner
	}
	carrier, kind := attachmentOf(message)
	if carrier == nil {
		return nil, "", ErrNoAttachment
	}
	file, ok := p.book.files.store.Get(media.Path(carrier.GetDirectPath()))
	if !ok {
		return nil, "", ErrNoAttachment
	}
	body, err = media.Open(kind, carrier.GetMediaKey(), file.Body, carrier.GetFileSHA256())
	return body, carrier.GetMimetype(), err
}

func attachmentOf(message *waE2E.Message) (attached, whatsmeow.MediaType) {
	switch {
	case message.ImageMessage != nil:
		return message.ImageMessage, whatsmeow.MediaImage
	case message.VideoMessage != nil:
		return message.VideoMessage, whatsmeow.MediaVideo
	case message.AudioMessage != nil:
		return message.AudioMessage, whatsmeow.MediaAudio
	case message.DocumentMessage != nil:
		return message.DocumentMessage, whatsmeow.MediaDocument
	case message.DocumentWithCaptionMessage != nil:
		return attachmentOf(message.DocumentWithCaptionMessage.GetMessage())
	case message.StickerMessage != nil:
		return message.StickerMessage, whatsmeow.MediaImage
	default:
		return nil, ""
	}
}

// mediaTypeOf is the attribute by which receivers know the kind of file before they decrypt.
func mediaTypeOf(message *waE2E.Message) string {
	switch kind, _ := describe(message); kind {
	case "audio":
		if message.GetAudioMessage().GetPTT() {
			return "ptt"
		}
		return kind
	case "image", "video", "document", "sticker":
		return kind
	default:
		return ""
	}
}
