package media

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
)

// maxUpload bounds one upload; documents may be large.
const maxUpload = 256 << 20

// Handler serves uploads and downloads. host is what the answers name as the place to download from.
type Handler struct {
	Store *Store
	Host  string
}

// Paths are the beginnings of every path that clients use for media.
var Paths = []string{"/mms/", "/v/", "/product/", "/newsletter/", "/pps/"}

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, query := target(r)
	switch r.Method {
	case http.MethodPost, http.MethodPut:
		h.upload(w, r, path.Base(name), query)
	case http.MethodGet, http.MethodHead:
		h.download(w, r, name)
	case http.MethodDelete:
		h.Store.Delete(path.Base(name))
	case http.MethodOptions:
		w.Header().Set("Access-Control-Allow-Origin", "*")
	default:
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	}
}

// target cuts the request's target at the first ? or &: clients append parameters to a path with either.
func target(r *http.Request) (name string, query url.Values) {
	name, rest, _ := strings.Cut(r.URL.Path, "&")
	query, _ = url.ParseQuery(strings.TrimPrefix(r.URL.RawQuery+"&"+rest, "&"))
	return name, query
}

func (h *Handler) download(w http.ResponseWriter, r *http.Request, name string) {
	file, ok := h.Store.Get(name)
	if !ok {
		http.Error(w, "no such file", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Access-Control-Allow-Origin", "*")
	http.ServeContent(w, r, "", file.Uploaded, bytes.NewReader(file.Body))
}

func (h *Handler) upload(w http.ResponseWriter, r *http.Request, token string, query url.Values) {
	if query.Get("resume") != "" {
		h.resume(w, token)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxUpload))
	if err != nil {
		http.Error(w, "reading the upload: "+err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	var file *File
	if text := query.Get("file_offset"); text != "" && text != "0" {
		offset, parseErr := strconv.Atoi(text)
		if parseErr != nil {
			http.Error(w, "file_offset must be a number", http.StatusBadRequest)
			return
		}
		file, _, err = h.Store.Append(token, offset, body)
	} else if file, err = h.Store.Put(token, body); err != nil {
		// A part that breaks off is kept, so that the client can go on.
		file, _, _ = h.Store.Append(token, 0, body)
	}
	if err != nil || file == nil {
		http.Error(w, "the content is not the one that the token names", http.StatusBadRequest)
		return
	}
	h.answer(w, file, nil)
}

// resume tells how far an upload got.
func (h *Handler) resume(w http.ResponseWriter, token string) {
	file, part := h.Store.Have(token)
	switch {
	case file != nil:
		h.answer(w, file, map[string]string{"resume": "complete"})
	case part > 0:
		writeJSON(w, map[string]string{"resume": strconv.Itoa(part)})
	default:
		http.Error(w, "nothing of it is here", http.StatusNotFound)
	}
}

func (h *Handler) answer(w http.ResponseWriter, file *File, more map[string]string) {
	direct := file.Path + "?ccb=1"
	answer := map[string]string{
		"url": "https://" + h.Host + direct, "direct_path": direct, "handle": path.Base(file.Path), "object_id": path.Base(file.Path),
	}
	for name, value := range more {
		answer[name] = value
	}
	writeJSON(w, answer)
}

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}
