package translate

import (
	"strconv"
	"strings"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types/events"

	pb "holdfast/engine/enginepb"
)

// Ending is a reason why a connection ends.
type Ending struct {
	Reason      pb.Reason
	Detail      string
	Code        int32
	BannedUntil time.Duration // from now; 0 if none was said
}

// severity orders reasons: of several that one ending shows, the highest is the truth. A socket that closes says
// nothing about why; what the server said before says everything.
func severity(reason pb.Reason) int {
	order := []pb.Reason{
		pb.Reason_REASON_UNSPECIFIED, pb.Reason_NETWORK, pb.Reason_UNREACHABLE, pb.Reason_HANDSHAKE_UNANSWERED, pb.Reason_SILENT,
		pb.Reason_PARKED, pb.Reason_REQUESTED, pb.Reason_CERTIFICATE_REFUSED, pb.Reason_CLOCK_WRONG, pb.Reason_SERVICE_UNAVAILABLE, pb.Reason_RESTART_REQUIRED, pb.Reason_STREAM_ERROR, pb.Reason_CRASHED,
		pb.Reason_STORAGE_FAILED, pb.Reason_CONNECT_FAILURE, pb.Reason_REPLACED, pb.Reason_CLIENT_OUTDATED,
		pb.Reason_LOCKED, pb.Reason_BANNED, pb.Reason_LOGGED_OUT,
	}
	for rank, candidate := range order {
		if candidate == reason {
			return rank
		}
	}
	return 0
}

// Worst returns the ending that says most; on a tie the first.
func Worst(a, b Ending) Ending {
	if severity(b.Reason) > severity(a.Reason) {
		return b
	}
	return a
}

// EndingOfNode reads the reason out of a node as the server sent it; false for a node that ends nothing. The library
// gives no event at all for some of them (503), and for others one from a fresh goroutine.
func EndingOfNode(node *waBinary.Node) (Ending, bool) {
	switch node.Tag {
	case "failure":
		return connectFailure(node), true
	case "stream:error":
		return streamError(node), true
	default:
		return Ending{}, false
	}
}

func connectFailure(node *waBinary.Node) Ending {
	attrs := node.AttrGetter()
	code := attrs.OptionalInt("reason")
	ending := Ending{Reason: failureReason(events.ConnectFailureReason(code)), Code: int32(code), Detail: "failure " + strconv.Itoa(code)}
	if seconds := attrs.OptionalInt("expire"); ending.Reason == pb.Reason_BANNED && seconds > 0 {
		ending.BannedUntil = time.Duration(seconds) * time.Second
	}
	if why := attrs.OptionalInt("code"); ending.Reason == pb.Reason_BANNED && why != 0 {
		ending.Code = int32(why)
	}
	return ending
}

func failureReason(code events.ConnectFailureReason) pb.Reason {
	switch code {
	case events.ConnectFailureLoggedOut:
		return pb.Reason_LOGGED_OUT
	case events.ConnectFailureTempBanned, events.ConnectFailureUnknownLogout:
		return pb.Reason_BANNED
	case events.ConnectFailureMainDeviceGone:
		return pb.Reason_LOCKED
	case events.ConnectFailureClientOutdated:
		return pb.Reason_CLIENT_OUTDATED
	case events.ConnectFailureServiceUnavailable, events.ConnectFailureInternalServerError:
		return pb.Reason_SERVICE_UNAVAILABLE
	default:
		return pb.Reason_CONNECT_FAILURE
	}
}

func streamError(node *waBinary.Node) Ending {
	text, _ := node.Attrs["code"].(string)
	code, _ := strconv.Atoi(text)
	conflict, _ := node.GetOptionalChildByTag("conflict")
	kind := conflict.AttrGetter().OptionalString("type")
	ending := Ending{Code: int32(code), Detail: strings.Join(strings.Fields("stream:error "+valid(text)+" "+valid(kind)), " ")}
	switch {
	case kind == "replaced":
		ending.Reason = pb.Reason_REPLACED
	case kind == "device_removed": // a bare 401 proves nothing: the next login tells
		ending.Reason = pb.Reason_LOGGED_OUT
	default:
		ending.Reason = streamReason(text)
	}
	return ending
}

// streamReason is what a code alone says: the node's and, from another goroutine, the library's event for it.
func streamReason(code string) pb.Reason {
	switch code {
	case "515":
		return pb.Reason_RESTART_REQUIRED
	case "503", "500":
		return pb.Reason_SERVICE_UNAVAILABLE
	default:
		return pb.Reason_STREAM_ERROR
	}
}

// EndingOfEvent does the same for the library's events; false for an event that ends nothing.
func EndingOfEvent(event any) (Ending, bool) {
	switch e := event.(type) {
	case *events.LoggedOut:
		if !e.OnConnect {
			return Ending{Reason: pb.Reason_LOGGED_OUT, Code: int32(e.Reason), Detail: "logged out"}, true
		}
		return Ending{Reason: failureReason(e.Reason), Code: int32(e.Reason), Detail: "failure " + e.Reason.NumberString()}, true
	case *events.StreamReplaced:
		return Ending{Reason: pb.Reason_REPLACED, Detail: "stream replaced"}, true
	case *events.TemporaryBan:
		return Ending{Reason: pb.Reason_BANNED, Code: int32(e.Code), Detail: "temporary ban", BannedUntil: e.Expire}, true
	case *events.ClientOutdated:
		return Ending{Reason: pb.Reason_CLIENT_OUTDATED, Code: int32(events.ConnectFailureClientOutdated), Detail: "client outdated"}, true
	case *events.ConnectFailure:
		return Ending{Reason: failureReason(e.Reason), Code: int32(e.Reason), Detail: "failure " + e.Reason.NumberString()}, true
	case *events.CATRefreshError:
		return Ending{Reason: pb.Reason_CONNECT_FAILURE, Detail: "authentication token refused"}, true
	case *events.StreamError:
		code, _ := strconv.Atoi(e.Code)
		return Ending{Reason: streamReason(e.Code), Code: int32(code), Detail: "stream:error " + valid(e.Code)}, true
	case *events.ManualLoginReconnect:
		return Ending{Reason: pb.Reason_RESTART_REQUIRED, Code: 515, Detail: "stream:error 515"}, true
	case *events.Disconnected:
		return Ending{Reason: pb.Reason_NETWORK, Detail: "connection closed by the server"}, true
	default:
		return Ending{}, false
	}
}
