package session

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.mau.fi/whatsmeow"

	pb "holdfast/engine/enginepb"
)

// rejection says that WhatsApp refused. Gateways of version 1 look for the number at the beginning of the message.
func rejection(code int, text string, pause time.Duration) *pb.Result {
	result := failure(pb.ErrorCode_REJECTED, oneLine(strings.TrimSpace(fmt.Sprintf("%d %s", code, text))))
	result.Error.WhatsappCode, result.Error.RetryAfterMs = int32(code), uint32(min(pause.Milliseconds(), 1<<31))
	return result
}

// refusedQuestion returns the refusal that err is, nil if WhatsApp did not refuse with a number.
func refusedQuestion(err error) *pb.Result {
	var iq *whatsmeow.IQError
	if !errors.As(err, &iq) || iq.Code == 0 {
		return nil
	}
	result := rejection(iq.Code, iq.Text, pauseOf(iq))
	if errors.Is(err, whatsmeow.ErrInviteLinkInvalid) {
		result.Error.Code = pb.ErrorCode_NOT_FOUND
	}
	switch iq.Code {
	case 401, 403:
		result.Error.Code = pb.ErrorCode_NOT_ALLOWED
	case 404, 410:
		result.Error.Code = pb.ErrorCode_NOT_FOUND
	}
	return result
}

// pauseOf is how long the server asks to wait: it names seconds, if anything.
func pauseOf(iq *whatsmeow.IQError) time.Duration {
	if iq.ErrorNode == nil {
		return 0
	}
	text, _ := iq.ErrorNode.Attrs["backoff"].(string)
	seconds, err := strconv.Atoi(text)
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// explain turns the library's error about a question or an act into what the gateway has to know.
func (c *Connection) explain(err error) *pb.Result {
	refused := refusedQuestion(err)
	var argument argumentError
	switch {
	case errors.As(err, &argument):
		return failure(pb.ErrorCode_INVALID_ARGUMENT, argument.Error())
	case refused != nil:
		return refused
	case errors.Is(err, errNotOnPhone):
		return failure(pb.ErrorCode_MEDIA_GONE, err.Error())
	case c.watch.Failed():
		return failure(pb.ErrorCode_STORAGE, oneLine(err.Error()))
	case errors.Is(err, whatsmeow.ErrNotConnected), errors.Is(err, context.Canceled), c.ctx.Err() != nil:
		return failure(pb.ErrorCode_NOT_CONNECTED, oneLine(err.Error()))
	case errors.Is(err, whatsmeow.ErrNoPushName):
		return failure(pb.ErrorCode_NOT_ALLOWED, "this number has no name yet; the phone shares it after linking")
	default:
		// Not answered, cut off before the answer, or answered with something that cannot be read.
		return failure(pb.ErrorCode_UNANSWERED, oneLine(err.Error()))
	}
}
