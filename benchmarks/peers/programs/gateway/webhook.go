package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

const (
	secret     = "secret"
	tries      = 5
	firstPause = time.Second
	tryWithin  = 30 * time.Second
	// More than ever wait at once: a new connection for each message would be the gateway's loss.
	idleConnections = 128
)

// message is what the webhook is told and what a send takes.
type message struct {
	Session int    `json:"session"`
	ID      string `json:"id,omitempty"`
	Chat    string `json:"chat"`
	Text    string `json:"text"`
}

// hook tells messages to one address, signed, again after a failure.
type hook struct {
	url    string
	client *http.Client
}

func newHook(url string) *hook {
	return &hook{url, &http.Client{Timeout: tryWithin, Transport: &http.Transport{MaxIdleConnsPerHost: idleConnections}}}
}

func (h *hook) tell(it message) {
	body, err := json.Marshal(it)
	if err != nil {
		fmt.Fprintln(os.Stderr, "webhook:", err)
		return
	}
	for try := range tries {
		failure := h.post(body)
		if failure == nil {
			return
		}
		fmt.Fprintln(os.Stderr, "webhook:", failure)
		time.Sleep(firstPause << try)
	}
}

func (h *hook) post(body []byte) error {
	request, err := http.NewRequest(http.MethodPost, h.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	answer, err := h.client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body)
	if answer.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s", answer.Status)
	}
	return nil
}

// kept is the file in which such a gateway keeps what was said.
type kept struct {
	db *sql.DB
}

func openKept(ctx context.Context, path string) (*kept, error) {
	db, err := sql.Open("sqlite3", "file:"+path+options)
	if err != nil {
		return nil, err
	}
	_, err = db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS messages (
		session INTEGER, id TEXT, chat TEXT, text TEXT, from_me BOOLEAN, at TIMESTAMP, PRIMARY KEY (session, chat, id))`)
	return &kept{db}, err
}

func (k *kept) keep(ctx context.Context, it message, fromMe bool) error {
	_, err := k.db.ExecContext(ctx, `INSERT OR REPLACE INTO messages VALUES (?, ?, ?, ?, ?, ?)`,
		it.Session, it.ID, it.Chat, it.Text, fromMe, time.Now())
	return err
}
