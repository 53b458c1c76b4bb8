// Command dies makes a goroutine panic that the library has started, and says so if it is alive afterwards.
package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/coder/websocket"
	"go.mau.fi/whatsmeow/socket"
	waLog "go.mau.fi/whatsmeow/util/log"
)

func main() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{OriginPatterns: []string{"*"}}); err == nil {
			_ = conn.Close(websocket.StatusNormalClosure, "")
		}
	}))
	defer server.Close()
	frames := socket.NewFrameSocket(waLog.Noop, server.Client())
	frames.URL = "ws" + server.URL[len("http"):]
	gone := make(chan struct{})
	frames.OnDisconnect = func(context.Context, bool) {
		defer close(gone)
		panic("what the library calls has a fault")
	}
	if err := frames.Connect(context.Background()); err != nil {
		panic(err)
	}
	<-gone
	time.Sleep(200 * time.Millisecond) // a process that dies of it is dead by then
	fmt.Println("alive")
}
