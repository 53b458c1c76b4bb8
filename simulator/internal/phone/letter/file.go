package letter

import (
	"fmt"
	"slices"
	"strings"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"
)

// File is an attachment as people order it.
type File struct {
	Kind     string `json:"kind" doc:"image, video, gif, audio, voice, document or sticker"`
	Body     []byte `json:"data_base64"`
	MIME     string `json:"mimetype"`
	FileName string `json:"file_name,omitempty"`
	Seconds  uint32 `json:"seconds,omitempty" doc:"length of audio or video; 1 if absent"`
	Width    uint32 `json:"width,omitempty"`
	Height   uint32 `json:"height,omitempty"`
	Animated bool   `json:"animated,omitempty" doc:"of a sticker"`
}

// Stored is an encrypted file that lies on the server.
type Stored struct {
	URL, DirectPath            string
	Key, PlainHash, SealedHash []byte
	Size                       uint64
	At                         int64
}

type fileKind struct {
	media whatsmeow.MediaType
	write func(*File, *Stored, *string, *waE2E.ContextInfo) *waE2E.Message
}

// fileKinds returns the table of attachments.
func fileKinds() map[string]fileKind {
	return map[string]fileKind{
		"image":    {whatsmeow.MediaImage, writeImage},
		"video":    {whatsmeow.MediaVideo, writeVideo(false)},
		"gif":      {whatsmeow.MediaVideo, writeVideo(true)},
		"audio":    {whatsmeow.MediaAudio, writeAudio(false)},
		"voice":    {whatsmeow.MediaAudio, writeAudio(true)},
		"document": {whatsmeow.MediaDocument, writeDocument},
		"sticker":  {whatsmeow.MediaImage, writeSticker},
	}
}

// Media names the key material that a file is encrypted for.
func (f *File) Media() (whatsmeow.MediaType, error) {
	kind, ok := fileKinds()[f.Kind]
	if !ok {
		var names []string
		for name := range fileKinds() {
			names = append(names, name)
		}
		slices.Sort(names)
		return "", fmt.Errorf("%w: no media of kind %q; there is %s", ErrInvalid, f.Kind, strings.Join(names, ", "))
	}
	return kind.media, nil
}

func writeFile(draft *Draft, place Place) (*waE2E.Message, error) {
	context, err := contextOf(draft, place)
	if err != nil {
		return nil, err
	}
	if _, err = draft.Media.Media(); err != nil {
		return nil, err
	}
	stored, err := place.Upload(draft.Media)
	if err != nil {
		return nil, err
	}
	message := fileKinds()[draft.Media.Kind].write(draft.Media, stored, given(draft.Text), context)
	if draft.ViewOnce {
		message, err = viewOnce(message)
		if err != nil {
			return nil, err
		}
	}
	message = withSecret(message, place)
	if draft.AlbumID != "" {
		message.MessageContextInfo.MessageAssociation = &waE2E.MessageAssociation{
			AssociationType: waE2E.MessageAssociation_MEDIA_ALBUM.Enum(),
			ParentMessageKey: &waCommon.MessageKey{
				RemoteJID: proto.String(place.Chat()), FromMe: proto.Bool(true), ID: proto.String(draft.AlbumID),
			},
		}
	}
	return message, nil
}

func viewOnce(message *waE2E.Message) (*waE2E.Message, error) {
	switch {
	case message.ImageMessage != nil:
		message.ImageMessage.ViewOnce = proto.Bool(true)
	case message.VideoMessage != nil:
		message.VideoMessage.ViewOnce = proto.Bool(true)
	case message.AudioMessage.GetPTT():
		message.AudioMessage.ViewOnce = proto.Bool(true)
		return &waE2E.Message{ViewOnceMessageV2Extension: &waE2E.FutureProofMessage{Message: message}}, nil
	default:
		return nil, fmt.Errorf("%w: only image, video and voice can be seen once", ErrInvalid)
	}
	return &waE2E.Message{ViewOnceMessageV2: &waE2E.FutureProofMessage{Message: message}}, nil
}

func writeImage(f *File, s *Stored, caption *string, context *waE2E.ContextInfo) *waE2E.Message {
	return &waE2E.Message{ImageMessage: &waE2E.ImageMessage{
		URL: &s.URL, DirectPath: &s.DirectPath, MediaKey: s.Key, Mimetype: &f.MIME, Caption: caption, ContextInfo: context,
		FileEncSHA256: s.SealedHash, FileSHA256: s.PlainHash, FileLength: &s.Size, MediaKeyTimestamp: &s.At,
		Width: number(f.Width), Height: number(f.Height),
	}}
}

func writeVideo(gif bool) func(*File, *Stored, *string, *waE2E.ContextInfo) *waE2E.Message {
	return func(f *File, s *Stored, caption *string, context *waE2E.ContextInfo) *waE2E.Message {
		video := &waE2E.VideoMessage{
			URL: &s.URL, DirectPath: &s.DirectPath, MediaKey: s.Key, Mimetype: &f.MIME, Caption: caption, ContextInfo: context,
			FileEncSHA256: s.SealedHash, FileSHA256: s.PlainHash, FileLength: &s.Size, MediaKeyTimestamp: &s.At,
			Seconds: proto.Uint32(max(f.Seconds, 1)), Width: number(f.Width), Height: number(f.Height),
		}
		if gif {
			video.GifPlayback, video.GifAttribution = proto.Bool(true), waE2E.VideoMessage_NONE.Enum()
		}
		return &waE2E.Message{VideoMessage: video}
	}
}

func writeAudio(voice bool) func(*File, *Stored, *string, *waE2E.ContextInfo) *waE2E.Message {
	return func(f *File, s *Stored, _ *string, context *waE2E.ContextInfo) *waE2E.Message {
		return &waE2E.Message{AudioMessage: &waE2E.AudioMessage{
			URL: &s.URL, DirectPath: &s.DirectPath, MediaKey: s.Key, Mimetype: &f.MIME, PTT: proto.Bool(voice), ContextInfo: context,
			FileEncSHA256: s.SealedHash, FileSHA256: s.PlainHash, FileLength: &s.Size, MediaKeyTimestamp: &s.At,
			Seconds: proto.Uint32(max(f.Seconds, 1)),
		}}
	}
}

// writeDocument wraps a document with a caption the way phones do.
func writeDocument(f *File, s *Stored, caption *string, context *waE2E.ContextInfo) *waE2E.Message {
	message := &waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{
		URL: &s.URL, DirectPath: &s.DirectPath, MediaKey: s.Key, Mimetype: &f.MIME, Caption: caption, ContextInfo: context,
		FileName: given(f.FileName), Title: given(f.FileName),
		FileEncSHA256: s.SealedHash, FileSHA256: s.PlainHash, FileLength: &s.Size, MediaKeyTimestamp: &s.At,
	}}
	if caption == nil {
		return message
	}
	return &waE2E.Message{DocumentWithCaptionMessage: &waE2E.FutureProofMessage{Message: message}}
}

func writeSticker(f *File, s *Stored, _ *string, context *waE2E.ContextInfo) *waE2E.Message {
	return &waE2E.Message{StickerMessage: &waE2E.StickerMessage{
		URL: &s.URL, DirectPath: &s.DirectPath, MediaKey: s.Key, Mimetype: &f.MIME, ContextInfo: context,
		FileEncSHA256: s.SealedHash, FileSHA256: s.PlainHash, FileLength: &s.Size, MediaKeyTimestamp: &s.At,
		IsAnimated: proto.Bool(f.Animated), Width: number(f.Width), Height: number(f.Height),
	}}
}

func number(value uint32) *uint32 {
	if value == 0 {
		return nil
	}
	return &value
}
