package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"holdfast/engine/internal/lab"
)

func labDialer(t *testing.T, handler http.HandlerFunc) *Dialer {
	t.Helper()
	server := httptest.NewTLSServer(handler)
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	dialer := NewDialer(&lab.Trust{Address: strings.TrimPrefix(server.URL, "https://"), CA: roots})
	for _, transport := range []*http.Transport{dialer.transport, dialer.scouting} {
		transport.TLSClientConfig.ServerName = "example.com" // what the test server's certificate is for
	}
	return dialer
}

func upgradeRequest(t *testing.T) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "https://web.whatsapp.com/ws/chat", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Connection", "Upgrade")
	request.Header.Set("Upgrade", "websocket")
	request.Header.Set("Sec-WebSocket-Extensions", "permessage-deflate")
	return request
}

func TestAScoutOpensNoWebSocketAndLeavesNoConnection(t *testing.T) {
	asked := make(chan *http.Request, 1)
	dialer := labDialer(t, func(_ http.ResponseWriter, r *http.Request) { asked <- r })
	if err := dialer.Reach(t.Context()); err != nil {
		t.Fatal(err)
	}
	if request := <-asked; request.Header.Get("Upgrade") != "" || !request.Close {
		t.Errorf("asked %v %v", request.Header, request.Close)
	}
}

func TestAScoutSaysWhatStandsInTheWay(t *testing.T) {
	broken := labDialer(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	nobody := NewDialer(&lab.Trust{Address: "127.0.0.1:1"})
	stranger := labDialer(t, func(http.ResponseWriter, *http.Request) {})
	stranger.scouting.TLSClientConfig.RootCAs = x509.NewCertPool()
	for name, dialer := range map[string]*Dialer{"a proxy's error": broken, "nobody": nobody, "a stranger": stranger} {
		if err := dialer.Reach(t.Context()); err == nil {
			t.Errorf("%s: reached", name)
		}
	}
}

func TestCompressionIsNotOffered(t *testing.T) {
	offered := make(chan string, 1)
	dialer := labDialer(t, func(w http.ResponseWriter, r *http.Request) {
		offered <- r.Header.Get("Sec-WebSocket-Extensions")
	})
	request := upgradeRequest(t)
	response, err := dialer.Socket(&observed{}).Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if got := <-offered; got != "" {
		t.Errorf("offered %q", got)
	}
	if request.Header.Get("Sec-WebSocket-Extensions") == "" {
		t.Error("the caller's request was changed")
	}
}

func TestAnUpgradedConnectionIsGuarded(t *testing.T) {
	dialer := labDialer(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer conn.Close() //nolint:errcheck // test
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		frame := noise(40)
		_, _ = conn.Write(message(opBinary, true, frame[:10]))
		_, _ = conn.Write(message(opBinary, true, frame[10:]))
	})
	seen := &observed{}
	response, err := dialer.Socket(seen).Client().Do(upgradeRequest(t))
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(response.Body)
	if err != nil || len(messages(t, got)) != 1 || seen.frames != 1 || len(seen.ends) != 1 {
		t.Errorf("got %d messages, %d frames, ends %v, error %v", len(messages(t, got)), seen.frames, seen.ends, err)
	}
}

func TestAnUpgradeThatIsNeverAnsweredTimesOut(t *testing.T) {
	release := make(chan struct{})
	dialer := labDialer(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	dialer.transport.ResponseHeaderTimeout = 50 * time.Millisecond
	if _, err := dialer.Socket(&observed{}).Client().Do(upgradeRequest(t)); err == nil {
		t.Fatal("no error")
	}
	if fresh := NewDialer(nil).transport; fresh.ResponseHeaderTimeout == 0 || fresh.TLSHandshakeTimeout == 0 {
		t.Error("the product's dialer has no time-outs")
	}
}

func TestOnlyTheLabTrustsTheLab(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.Config.ErrorLog = nil
	server.StartTLS()
	defer server.Close()
	dialer := NewDialer(&lab.Trust{Address: strings.TrimPrefix(server.URL, "https://"), CA: x509.NewCertPool()})
	if _, err := dialer.Media().Get("https://example.com/"); err == nil {
		t.Error("an unknown certificate was accepted")
	}
	if dialer.transport.TLSClientConfig.MinVersion < tls.VersionTLS12 {
		t.Error("old TLS allowed")
	}
}

func TestAfterTheCutNothingGoesOut(t *testing.T) {
	received := make(chan []byte, 1)
	dialer := labDialer(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, buffered, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer conn.Close() //nolint:errcheck // test
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		all, _ := io.ReadAll(buffered)
		received <- all
	})
	seen := &observed{}
	socket := dialer.Socket(seen)
	response, err := socket.Client().Do(upgradeRequest(t))
	if err != nil {
		t.Fatal(err)
	}
	stream := response.Body.(io.ReadWriteCloser)
	if _, err := stream.Write([]byte("before")); err != nil {
		t.Fatal(err)
	}
	socket.Cut()
	if _, err := stream.Write([]byte("after")); !errors.Is(err, ErrCut) {
		t.Errorf("write after the cut: %v", err)
	}
	if _, err := stream.Read(make([]byte, 1)); err == nil {
		t.Error("read after the cut")
	}
	if all := <-received; string(all) != "before" {
		t.Errorf("the server received %q", all)
	}
	if _, err := socket.Client().Do(upgradeRequest(t)); !errors.Is(err, ErrCut) {
		t.Errorf("dialled after the cut: %v", err)
	}
	if len(seen.ends) != 1 {
		t.Errorf("the end was told %d times", len(seen.ends))
	}
}
