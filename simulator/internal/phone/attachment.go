package phone

import (
	"errors"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"

	"holdfast/simulator/internal/media"
	"holdfast/simulator/internal/phone/letter"
)

// ErrNoAttachment means that a message carries no file, or that the file is not here any more.
var ErrNoAttachment = errors.New("phone: no such attachment")

// files is where phones upload and download: the same place as everybody.
type files struct {
	store *media.Store
	host  string
}

// upload seals a file and puts it where its receivers find it.
func (b *Book) upload(file *letter.File) (*letter.Stored, error) {
	kind, err := file.Media()
	if err != nil {
		return nil, err
	}
	sealed, err := media.Seal(kind, file.Body)
	if err != nil {
		return nil, err
	}
	stored, err := b.files.store.Put(media.Token(sealed.Body), sealed.Body)
	if err != nil {
		return nil, err
	}
	direct := stored.Path + "?ccb=1"
	return &letter.Stored{
		URL: "https://" + b.files.host + direct, DirectPath: direct, Key: sealed.Key, PlainHash: sealed.PlainHash,
		SealedHash: sealed.SealedHash, Size: uint64(sealed.Size), At: b.now().Unix(),
	}, nil
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
	message, err := contentOf(item.Message)
	if err != nil {
		return nil, "", ErrNoAttachment
	}
	carrier, kind := attachmentOf(letter.Unwrap(message))
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
	case message.PtvMessage != nil:
		return message.PtvMessage, whatsmeow.MediaVideo
	case message.AudioMessage != nil:
		return message.AudioMessage, whatsmeow.MediaAudio
	case message.DocumentMessage != nil:
		return message.DocumentMessage, whatsmeow.MediaDocument
	case message.StickerMessage != nil:
		return message.StickerMessage, whatsmeow.MediaImage
	default:
		return nil, ""
	}
}
