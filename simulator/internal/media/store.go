// Package media keeps uploaded files as clients encrypted them. What enters are uploads, whole or in parts, what
// leaves are the same bytes by path; it has no key to any of them.
package media

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// totalLimit bounds what is kept; the oldest files go first.
const totalLimit = 512 << 20

const pathPrefix = "/v/t62.wasim-24/"

// ErrHash means that an upload is not what its name says.
var ErrHash = errors.New("media: the content is not the one that the token names")

// File is one stored file.
type File struct {
	// Path is where it is downloaded from, without any query.
	Path     string
	Body     []byte
	Uploaded time.Time
}

// Store is safe for concurrent use. It lives in memory: files do not survive a restart.
type Store struct {
	now func() time.Time

	mu      sync.Mutex
	files   map[string]*File
	order   []string
	total   int
	placed  uint64
	partial map[string][]byte
}

// NewStore returns an empty store.
func NewStore(now func() time.Time) *Store {
	return &Store{now: now, files: map[string]*File{}, partial: map[string][]byte{}}
}

// Put stores a file under the token that names its content, and returns where it is found.
func (s *Store) Put(token string, body []byte) (*File, error) {
	hash, err := parseToken(token)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(body)
	if string(hash) != string(sum[:]) {
		return nil, ErrHash
	}
	file := &File{Path: pathOf(hash), Body: body, Uploaded: s.now()}
	s.mu.Lock()
	defer s.mu.Unlock()
	if known, ok := s.files[file.Path]; ok {
		return known, nil
	}
	s.files[file.Path] = file
	s.order = append(s.order, file.Path)
	s.total += len(body)
	for s.total > totalLimit && len(s.order) > 1 {
		s.drop(s.order[0])
	}
	return file, nil
}

// Append adds a part of an upload at an offset; at the end it becomes a file. Without a file yet it returns nil
// and how much is there.
func (s *Store) Append(token string, offset int, part []byte) (file *File, have int, err error) {
	s.mu.Lock()
	begun := s.partial[token]
	if offset < 0 || offset > len(begun) {
		s.mu.Unlock()
		return nil, len(begun), fmt.Errorf("media: a part at %d of an upload that has %d", offset, len(begun))
	}
	whole := append(append([]byte(nil), begun[:offset]...), part...)
	s.partial[token] = whole
	s.mu.Unlock()
	file, err = s.Put(token, whole)
	if errors.Is(err, ErrHash) {
		return nil, len(whole), nil
	}
	s.mu.Lock()
	delete(s.partial, token)
	s.mu.Unlock()
	return file, len(whole), err
}

// Have tells how far an upload got: the finished file, or the bytes of its beginning.
func (s *Store) Have(token string) (file *File, part int) {
	hash, err := parseToken(token)
	if err != nil {
		return nil, 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.files[pathOf(hash)], len(s.partial[token])
}

// Get returns the file at a path.
func (s *Store) Get(path string) (*File, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	file, ok := s.files[path]
	return file, ok
}

// Again puts a file under a path of its own that nobody has asked for yet: what a phone does for a companion to which
// the server did not give it.
func (s *Store) Again(path string) (*File, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	file, ok := s.files[path]
	if !ok {
		return nil, false
	}
	s.placed++
	again := &File{Path: fmt.Sprintf("%s-%d", path, s.placed), Body: file.Body, Uploaded: s.now()}
	s.files[again.Path] = again
	s.order = append(s.order, again.Path)
	s.total += len(again.Body)
	return again, true
}

// Delete forgets the file that a token names.
func (s *Store) Delete(token string) {
	hash, err := parseToken(token)
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(pathOf(hash))
}

func (s *Store) drop(path string) {
	file, ok := s.files[path]
	if !ok {
		return
	}
	delete(s.files, path)
	s.total -= len(file.Body)
	for i, known := range s.order {
		if known == path {
			s.order = append(s.order[:i], s.order[i+1:]...)
			return
		}
	}
}

// Path cuts the query off a direct path.
func Path(direct string) string {
	name, _, _ := strings.Cut(direct, "?")
	name, _, _ = strings.Cut(name, "&")
	return name
}

func pathOf(hash []byte) string { return pathPrefix + base64.RawURLEncoding.EncodeToString(hash) }

// parseToken reads a token, which clients write with and without padding.
func parseToken(token string) ([]byte, error) {
	hash, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(token, "="))
	if err != nil || len(hash) != sha256.Size {
		return nil, fmt.Errorf("%w: bad token", ErrHash)
	}
	return hash, nil
}

// Token names content.
func Token(body []byte) string {
	sum := sha256.Sum256(body)
	return base64.URLEncoding.EncodeToString(sum[:])
}
