// Package wire is the way to WhatsApp's servers: dialling with time-outs, TLS, and a guard on every frame that comes in.
// What enters are HTTP requests of the protocol library, what leaves are connections that hand it one whole frame per
// WebSocket message. It never decrypts anything.
package wire

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"holdfast/engine/internal/lab"
)

// Each step of a dial has its own limit: one that hangs must not hold the library's connection lock.
const (
	dialTimeout   = 10 * time.Second
	tlsTimeout    = 10 * time.Second
	headerTimeout = 10 * time.Second
	mediaTimeout  = 2 * time.Minute
	// Small on purpose: they live as long as the connection, a thousand times.
	transportBuffer = 1024
)

// Observer hears what happens on one connection. Calls come from the reading goroutine; only Room may block.
type Observer interface {
	// Room returns when one more frame may be handed on, or when stop is closed. Until then nothing is read.
	Room(stop <-chan struct{})
	// FrameRefused is called for a frame that holds no node. True lets the stream go on without it; false ends the stream.
	FrameRefused(err error) bool
	// FrameArrived is called for each whole frame from the server.
	FrameArrived()
	// StreamEnded is called once, when nothing more can be read. err is what the reader saw.
	StreamEnded(err error)
}

// Dialer makes the HTTP clients that the protocol library dials with.
type Dialer struct {
	transport *http.Transport // for WebSockets
	media     *http.Transport
	scouting  *http.Transport
}

// NewDialer returns a dialer to WhatsApp, or to the simulator that trust names.
func NewDialer(trust *lab.Trust) *Dialer {
	direct := &net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}
	transport := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           direct.DialContext,
		TLSHandshakeTimeout:   tlsTimeout,
		ResponseHeaderTimeout: headerTimeout,
		IdleConnTimeout:       30 * time.Second,
		ReadBufferSize:        transportBuffer,
		WriteBufferSize:       transportBuffer,
		// Resumed handshakes make a restore of many sessions several times cheaper.
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, ClientSessionCache: tls.NewLRUClientSessionCache(64)},
	}
	if trust != nil {
		transport.Proxy = nil
		transport.TLSClientConfig.RootCAs = trust.CA
		transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return direct.DialContext(ctx, network, trust.Address)
		}
	}
	media := transport.Clone()
	media.ResponseHeaderTimeout = mediaTimeout // the answer to a large upload takes its time
	media.ReadBufferSize, media.WriteBufferSize = 0, 0
	scouting := transport.Clone()
	scouting.DisableKeepAlives = true
	return &Dialer{transport: transport, media: media, scouting: scouting}
}

// Reach tells whether WhatsApp can be reached at all: one request on a connection of its own, through proxy and TLS, that
// opens no WebSocket. An error says what stands in the way.
func (d *Dialer) Reach(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, "https://web.whatsapp.com/", nil)
	if err != nil {
		return err
	}
	response, err := d.scouting.RoundTrip(request)
	if err != nil {
		return err
	}
	_ = response.Body.Close()
	if response.StatusCode >= http.StatusInternalServerError {
		return fmt.Errorf("answered with status %d", response.StatusCode)
	}
	return nil
}

// Socket returns the way to one connection's WebSocket.
func (d *Dialer) Socket(observer Observer) *Socket {
	return &Socket{base: d.transport, observer: observer, released: make(chan struct{}), secrets: &Secrets{}}
}

// Media returns the client for uploads and downloads.
func (d *Dialer) Media() *http.Client {
	return &http.Client{Transport: d.media}
}

// Socket guards the one WebSocket of a connection.
type Socket struct {
	base     http.RoundTripper
	observer Observer
	released chan struct{}
	secrets  *Secrets

	lock sync.Mutex
	open *reframer
	cut  bool
	date string // when the server answered, by its own clock
}

var _ http.RoundTripper = (*Socket)(nil)

// Client returns the HTTP client to dial with.
func (s *Socket) Client() *http.Client { return &http.Client{Transport: s} }

// Cut ends the stream in both directions. When it returns nothing more can be written; it does not wait for the network.
func (s *Socket) Cut() {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.cut = true
	if s.open != nil {
		s.open.halt()
		go s.open.stream.Close() //nolint:errcheck // whatever the farewell comes to
	}
}

// Know says with which keys this end will shake hands. Call it before the dial.
func (s *Socket) Know(secrets Secrets) { *s.secrets = secrets }

// Release lets frames through that come after the server's part of the handshake. Call it once, when there is somebody to
// take them.
func (s *Socket) Release() { close(s.released) }

// Date returns when the server opened the WebSocket, as its header says it; empty before that.
func (s *Socket) Date() string {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.date
}

// IsCut tells whether Cut was called.
func (s *Socket) IsCut() bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.cut
}

// RoundTrip implements http.RoundTripper.
func (s *Socket) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	// permessage-deflate would cost more than a megabyte per session, if the server accepted it.
	request.Header.Del("Sec-WebSocket-Extensions")
	response, err := s.base.RoundTrip(request)
	if err != nil || response.StatusCode != http.StatusSwitchingProtocols {
		return response, err
	}
	s.lock.Lock()
	s.date = response.Header.Get("Date")
	s.lock.Unlock()
	stream, ok := response.Body.(io.ReadWriteCloser)
	if !ok {
		return response, nil
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.cut {
		_ = stream.Close()
		return nil, ErrCut
	}
	s.open = newReframer(stream, s.observer, s.released, s.secrets)
	response.Body = s.open
	return response, nil
}
