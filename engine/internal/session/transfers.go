package session

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime/debug"
	"sync"
	"time"

	"go.mau.fi/whatsmeow"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/files"
)

const (
	// How many files one engine moves at once; more wait.
	parallelTransfers = 8
	// Progress is told no more often.
	progressInterval = 500 * time.Millisecond
	// What is added to a file when it is encrypted, at most.
	sealBytes = 16 + 10
)

// Why a transfer was ended, as causes of its context.
var (
	errCancelled = errors.New("cancelled")
	errStalled   = errors.New("nothing moved for too long")
)

// transfers are the files on their way over one connection. They run beside everything else: no message waits for a file.
type transfers struct {
	conn *Connection

	lock    sync.Mutex
	running map[string]context.CancelCauseFunc // by transfer id
}

func newTransfers(c *Connection) *transfers {
	return &transfers{conn: c, running: map[string]context.CancelCauseFunc{}}
}

// transfer is one of them.
type transfer struct {
	id    string
	conn  *Connection
	ctx   context.Context
	stall *time.Timer

	lock  sync.Mutex
	moved uint64
	total uint64
	told  time.Time
}

// start runs work off the owner's goroutine, when it is its turn.
func (t *transfers) start(id string, reply func(*pb.Result), work func(*transfer) (*pb.Result, error)) {
	ctx, cancel := context.WithCancelCause(t.conn.ctx)
	t.lock.Lock()
	busy := id == "" || t.running[id] != nil
	if !busy {
		t.running[id] = cancel
	}
	t.lock.Unlock()
	if busy {
		cancel(nil)
		reply(failure(pb.ErrorCode_BUSY, "transfer_id is empty or in use"))
		return
	}
	go func() {
		result := failure(pb.ErrorCode_PANICKED, "contained in the engine")
		defer func() {
			if value := recover(); value != nil { // the transfer's trouble, not the connection's
				t.conn.log.Error("session.transfer_panicked", "panic", fmt.Sprint(value), "stack", string(debug.Stack()))
			}
			t.lock.Lock()
			delete(t.running, id)
			t.lock.Unlock()
			cancel(nil)
			reply(result)
		}()
		select {
		case t.conn.deps.transfers <- struct{}{}:
			defer func() { <-t.conn.deps.transfers }()
		case <-ctx.Done():
			result = t.conn.explainTransfer(ctx, ctx.Err())
			return
		}
		one := &transfer{id: id, conn: t.conn, ctx: ctx}
		one.stall = time.AfterFunc(t.conn.deps.Timing.Stall, func() { cancel(errStalled) })
		defer one.stall.Stop()
		done, err := work(one)
		if err != nil {
			done = t.conn.explainTransfer(ctx, err)
		}
		result = done
	}()
}

func (t *transfers) cancel(id string) {
	t.lock.Lock()
	defer t.lock.Unlock()
	if cancel := t.running[id]; cancel != nil {
		cancel(errCancelled)
	}
}

// progress counts bytes that moved; it tells the gateway now and then.
func (t *transfer) progress(n int) {
	t.stall.Reset(t.conn.deps.Timing.Stall)
	t.lock.Lock()
	t.moved += uint64(n)
	now := time.Now()
	due := now.Sub(t.told) >= progressInterval
	if due {
		t.told = now
	}
	fact := &pb.TransferProgress{TransferId: t.id, DoneBytes: t.moved, TotalBytes: t.total}
	t.lock.Unlock()
	if due {
		t.conn.session.fact(t.conn.epoch, &pb.SessionFact{Fact: &pb.SessionFact_TransferProgress{TransferProgress: fact}})
	}
}

// restart counts from the beginning: a retry, or the next step.
func (t *transfer) restart(total uint64) {
	t.lock.Lock()
	defer t.lock.Unlock()
	t.moved, t.total = 0, total
}

func (t *transfers) upload(u *pb.Upload, reply func(*pb.Result)) {
	t.start(u.TransferId, reply, func(one *transfer) (*pb.Result, error) {
		kind, known := mediaTypes()[u.Kind]
		if !known {
			return nil, argumentError("unknown kind of media")
		}
		plain, size, err := t.conn.deps.Media.Open(u.File)
		if err != nil {
			return nil, err
		}
		defer plain.Close() //nolint:errcheck // read only
		sealed, err := t.conn.deps.Media.Part(0, one.progress, one.restart)
		if err != nil {
			return nil, err
		}
		defer sealed.Discard()
		one.restart(size)
		response, err := t.conn.client.UploadReader(one.ctx, plain, sealed, kind)
		if err != nil {
			return nil, err
		}
		return &pb.Result{Result: &pb.Result_Upload{Upload: &pb.UploadResult{
			Url: response.URL, DirectPath: response.DirectPath, MediaKey: response.MediaKey,
			FileSha256: response.FileSHA256, FileEncSha256: response.FileEncSHA256, SizeBytes: response.FileLength,
		}}}, nil
	})
}

func (t *transfers) download(d *pb.Download, reply func(*pb.Result)) {
	t.start(d.TransferId, reply, func(one *transfer) (*pb.Result, error) {
		kind, known := mediaTypes()[d.Kind]
		if !known || len(d.MediaKey) != 32 || len(d.FileSha256) != 32 || len(d.FileEncSha256) != 32 {
			return nil, argumentError("kind, media_key, file_sha256 and file_enc_sha256 are needed: 32 bytes each")
		}
		if err := files.CheckName(d.File); err != nil {
			return nil, err
		}
		limit := uint64(0)
		if d.MaxBytes > 0 {
			limit = d.MaxBytes + sealBytes
		}
		part, err := t.conn.deps.Media.Part(limit, one.progress, one.restart)
		if err != nil {
			return nil, err
		}
		defer part.Discard()
		err = t.conn.client.DownloadMediaWithPathToFile(one.ctx, d.DirectPath, d.FileEncSha256, d.FileSha256, d.MediaKey, kind, "", false, part)
		if err != nil {
			return nil, err
		}
		size, err := part.Size()
		if err == nil && d.MaxBytes > 0 && size > d.MaxBytes {
			err = files.ErrTooLarge
		}
		if err == nil {
			err = part.Keep(d.File)
		}
		if err != nil {
			return nil, err
		}
		return &pb.Result{Result: &pb.Result_Download{Download: &pb.DownloadResult{SizeBytes: size}}}, nil
	})
}

// mediaTypes are the keys under which WhatsApp encrypts each kind.
func mediaTypes() map[pb.MediaKind]whatsmeow.MediaType {
	return map[pb.MediaKind]whatsmeow.MediaType{
		pb.MediaKind_IMAGE: whatsmeow.MediaImage, pb.MediaKind_STICKER: whatsmeow.MediaImage,
		pb.MediaKind_VIDEO: whatsmeow.MediaVideo, pb.MediaKind_DOCUMENT: whatsmeow.MediaDocument,
		pb.MediaKind_AUDIO: whatsmeow.MediaAudio, pb.MediaKind_VOICE: whatsmeow.MediaAudio,
	}
}

// explainTransfer turns an error about a file into what the gateway has to know.
func (c *Connection) explainTransfer(ctx context.Context, err error) *pb.Result {
	var http whatsmeow.DownloadHTTPError
	var path *fs.PathError
	cause := context.Cause(ctx)
	message := oneLine(err.Error())
	switch {
	case errors.Is(cause, errStalled):
		return failure(pb.ErrorCode_UNANSWERED, "nothing moved for "+c.deps.Timing.Stall.String())
	case cause != nil:
		return failure(pb.ErrorCode_CANCELLED, oneLine(cause.Error()))
	case errors.Is(err, files.ErrName):
		return failure(pb.ErrorCode_INVALID_ARGUMENT, message)
	case errors.Is(err, files.ErrMissing):
		return failure(pb.ErrorCode_NOT_FOUND, message)
	case errors.Is(err, files.ErrTooLarge):
		return failure(pb.ErrorCode_TOO_LARGE, message)
	case errors.As(err, &http) && (http.StatusCode == 403 || http.StatusCode == 404 || http.StatusCode == 410):
		result := failure(pb.ErrorCode_MEDIA_GONE, message)
		result.Error.WhatsappCode = int32(http.StatusCode)
		return result
	case errors.Is(err, whatsmeow.ErrInvalidMediaHMAC), errors.Is(err, whatsmeow.ErrInvalidMediaEncSHA256),
		errors.Is(err, whatsmeow.ErrInvalidMediaSHA256), errors.Is(err, whatsmeow.ErrTooShortFile):
		return failure(pb.ErrorCode_MEDIA_BROKEN, message)
	case errors.As(err, &path):
		return failure(pb.ErrorCode_STORAGE, message)
	default:
		return c.explain(err)
	}
}
