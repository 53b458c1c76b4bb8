package translate

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types/events"

	pb "holdfast/engine/enginepb"
)

func failure(code int, attrs ...any) *waBinary.Node {
	node := &waBinary.Node{Tag: "failure", Attrs: waBinary.Attrs{"reason": strconv.Itoa(code)}}
	for i := 0; i < len(attrs); i += 2 {
		node.Attrs[attrs[i].(string)] = attrs[i+1]
	}
	return node
}

func stream(code, conflict string) *waBinary.Node {
	node := &waBinary.Node{Tag: "stream:error", Attrs: waBinary.Attrs{}}
	if code != "" {
		node.Attrs["code"] = code
	}
	if conflict != "" {
		node.Content = []waBinary.Node{{Tag: "conflict", Attrs: waBinary.Attrs{"type": conflict}}}
	}
	return node
}

func TestEndingOfNode(t *testing.T) {
	cases := []struct {
		node *waBinary.Node
		want Ending
	}{
		{failure(400), Ending{Reason: pb.Reason_CONNECT_FAILURE, Code: 400, Detail: "failure 400"}},
		{failure(401), Ending{Reason: pb.Reason_LOGGED_OUT, Code: 401, Detail: "failure 401"}},
		{failure(402, "expire", "3600", "code", "101"), Ending{Reason: pb.Reason_BANNED, Code: 101, Detail: "failure 402", BannedUntil: time.Hour}},
		{failure(402), Ending{Reason: pb.Reason_BANNED, Code: 402, Detail: "failure 402"}},
		{failure(403), Ending{Reason: pb.Reason_LOCKED, Code: 403, Detail: "failure 403"}},
		{failure(405), Ending{Reason: pb.Reason_CLIENT_OUTDATED, Code: 405, Detail: "failure 405"}},
		{failure(406), Ending{Reason: pb.Reason_BANNED, Code: 406, Detail: "failure 406"}},
		{failure(413), Ending{Reason: pb.Reason_CONNECT_FAILURE, Code: 413, Detail: "failure 413"}},
		{failure(500), Ending{Reason: pb.Reason_SERVICE_UNAVAILABLE, Code: 500, Detail: "failure 500"}},
		{failure(503), Ending{Reason: pb.Reason_SERVICE_UNAVAILABLE, Code: 503, Detail: "failure 503"}},
		{stream("515", ""), Ending{Reason: pb.Reason_RESTART_REQUIRED, Code: 515, Detail: "stream:error 515"}},
		{stream("503", ""), Ending{Reason: pb.Reason_SERVICE_UNAVAILABLE, Code: 503, Detail: "stream:error 503"}},
		{stream("516", ""), Ending{Reason: pb.Reason_STREAM_ERROR, Code: 516, Detail: "stream:error 516"}},
		{stream("401", ""), Ending{Reason: pb.Reason_STREAM_ERROR, Code: 401, Detail: "stream:error 401"}},
		{stream("401", "device_removed"), Ending{Reason: pb.Reason_LOGGED_OUT, Code: 401, Detail: "stream:error 401 device_removed"}},
		{stream("", "replaced"), Ending{Reason: pb.Reason_REPLACED, Detail: "stream:error replaced"}},
		{stream("\xff", ""), Ending{Reason: pb.Reason_STREAM_ERROR, Detail: "stream:error \uFFFD"}},
	}
	for _, c := range cases {
		got, ends := EndingOfNode(c.node)
		if !ends || got != c.want {
			t.Errorf("%v: %+v %v, want %+v", c.node, got, ends, c.want)
		}
	}
	if _, ends := EndingOfNode(&waBinary.Node{Tag: "message"}); ends {
		t.Error("a message ends nothing")
	}
}

// A failure node whose attributes are of another kind than expected must not end the process.
// Node and event tell of the same ending, in any order: the reason must not depend on which came first.
func TestTheEventForAStreamErrorSaysWhatItsNodeSays(t *testing.T) {
	for _, code := range []string{"500", "503", "515", "516", ""} {
		said, _ := EndingOfNode(stream(code, ""))
		told, ends := EndingOfEvent(&events.StreamError{Code: code})
		if !ends || told.Reason != said.Reason {
			t.Errorf("code %q: node %v, event %v", code, said.Reason, told.Reason)
		}
	}
}

func TestEndingOfMalformedNode(t *testing.T) {
	for _, node := range []*waBinary.Node{
		{Tag: "failure"}, {Tag: "failure", Attrs: waBinary.Attrs{"reason": 7}}, {Tag: "stream:error"},
		{Tag: "stream:error", Attrs: waBinary.Attrs{"code": 515}, Content: []byte("x")},
	} {
		if _, ends := EndingOfNode(node); !ends {
			t.Errorf("%v ends nothing", node)
		}
	}
}

// Every connect failure code that the library names is mapped on purpose.
func TestEveryConnectFailureOfTheLibraryIsMapped(t *testing.T) {
	source, err := os.ReadFile(filepath.Join(librarySource(t), "types", "events", "events.go"))
	if err != nil {
		t.Fatal(err)
	}
	mapped := map[int]pb.Reason{
		400: pb.Reason_CONNECT_FAILURE, 401: pb.Reason_LOGGED_OUT, 402: pb.Reason_BANNED, 403: pb.Reason_LOCKED,
		405: pb.Reason_CLIENT_OUTDATED, 406: pb.Reason_BANNED, 409: pb.Reason_CONNECT_FAILURE,
		413: pb.Reason_CONNECT_FAILURE, 414: pb.Reason_CONNECT_FAILURE, 415: pb.Reason_CONNECT_FAILURE,
		418: pb.Reason_CONNECT_FAILURE, 500: pb.Reason_SERVICE_UNAVAILABLE, 501: pb.Reason_CONNECT_FAILURE,
		503: pb.Reason_SERVICE_UNAVAILABLE,
	}
	found := regexp.MustCompile(`ConnectFailure\w+\s+ConnectFailureReason = (\d+)`).FindAllSubmatch(source, -1)
	if len(found) < 12 {
		t.Fatalf("only %d codes found", len(found))
	}
	for _, match := range found {
		code, _ := strconv.Atoi(string(match[1]))
		want, ok := mapped[code]
		if !ok {
			t.Errorf("connect failure %d has no place", code)
			continue
		}
		if got := failureReason(events.ConnectFailureReason(code)); got != want {
			t.Errorf("connect failure %d: %v, want %v", code, got, want)
		}
	}
}

func TestWorstSaysMost(t *testing.T) {
	socket := Ending{Reason: pb.Reason_NETWORK, Detail: "end of stream"}
	for _, reason := range []pb.Reason{
		pb.Reason_REPLACED, pb.Reason_LOGGED_OUT, pb.Reason_SERVICE_UNAVAILABLE, pb.Reason_STORAGE_FAILED, pb.Reason_REQUESTED,
	} {
		said := Ending{Reason: reason}
		if Worst(socket, said).Reason != reason || Worst(said, socket).Reason != reason {
			t.Errorf("a closed socket hides %v", reason)
		}
	}
	if Worst(Ending{Reason: pb.Reason_REPLACED}, Ending{Reason: pb.Reason_LOGGED_OUT}).Reason != pb.Reason_LOGGED_OUT {
		t.Error("logged out is worse than replaced")
	}
	if first := Worst(socket, Ending{Reason: pb.Reason_NETWORK, Detail: "later"}); first != socket {
		t.Error("on a tie the first counts")
	}
	for number := range pb.Reason_name {
		if reason := pb.Reason(number); reason != pb.Reason_REASON_UNSPECIFIED && severity(reason) == 0 {
			t.Errorf("%v has no rank", reason)
		}
	}
}
