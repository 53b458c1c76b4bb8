package gate

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"time"

	"holdfast/simulator/internal/faults"
)

// Files puts the faults of uploads and downloads in front of whoever serves them.
func (g *Gate) Files(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		point := faults.Download
		switch r.Method {
		case http.MethodPost, http.MethodPut:
			point = faults.Upload
		case http.MethodGet:
		default:
			next.ServeHTTP(w, r)
			return
		}
		fate, pass := g.request(w, r, 0).pass(point)
		if !pass {
			return
		}
		if fate.HTTP == nil {
			next.ServeHTTP(w, r)
			return
		}
		kept := &recorder{header: http.Header{}, status: http.StatusOK}
		next.ServeHTTP(kept, r)
		kept.replay(r.Context(), w, fate.HTTP)
	})
}

// recorder keeps an answer, so that it can be given another way.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (k *recorder) Header() http.Header            { return k.header }
func (k *recorder) WriteHeader(status int)         { k.status = status }
func (k *recorder) Write(part []byte) (int, error) { return k.body.Write(part) }

// replay gives the kept answer with a wrong byte, or only the first half of it; then it is silent as long as the rule says.
func (k *recorder) replay(ctx context.Context, w http.ResponseWriter, strike *faults.Strike) {
	for name, values := range k.header {
		w.Header()[name] = values
	}
	body := k.body.Bytes()
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if strike.Args.ContentType != "" {
		w.Header().Set("Content-Type", strike.Args.ContentType)
	}
	if strike.Args.Spoil && len(body) > 0 {
		body[strike.Roll%uint64(len(body))] ^= 0xff
	}
	w.WriteHeader(k.status)
	if !strike.Args.Short {
		_, _ = w.Write(body)
		return
	}
	_, _ = w.Write(body[:len(body)/2])
	flush(w)
	wait(ctx, time.Duration(strike.Args.MS)*time.Millisecond)
	abort()
}
