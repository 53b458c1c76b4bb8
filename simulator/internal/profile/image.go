package profile

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"image"
	"image/jpeg"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

// ErrImage means that a picture is not a JPEG, or that it is too large.
var ErrImage = errors.New("profile: a picture must be a JPEG of at most 5 MiB")

const (
	maxImage    = 5 << 20
	maxPixels   = 25_000_000
	previewSide = 96
)

// Kinds of a picture, as on the wire.
const (
	Full    = "image"
	Preview = "preview"
)

// PicturePath is the beginning of every path of a picture.
const PicturePath = "/v/t61.wasim-24/"

// Image is one picture of an account or a group. Nobody changes it.
type Image struct {
	ID            string
	Full, Preview []byte
	At            time.Time
}

// NewImage makes a picture of the bytes that a client has sent. What begins like a JPEG and cannot be decoded is
// its own preview: clients' tests send stumps.
func NewImage(id string, content []byte, now time.Time) (*Image, error) {
	if len(content) > maxImage || !bytes.HasPrefix(content, []byte{0xFF, 0xD8}) {
		return nil, ErrImage
	}
	return &Image{ID: id, Full: content, Preview: preview(content), At: now}, nil
}

// Bytes returns the picture in one of its two sizes.
func (i *Image) Bytes(kind string) []byte {
	if kind == Preview {
		return i.Preview
	}
	return i.Full
}

// Hash is the sum over one of the two sizes, in base64.
func (i *Image) Hash(kind string) string {
	sum := sha256.Sum256(i.Bytes(kind))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// Path is where a picture is downloaded from in one of its two sizes.
func (i *Image) Path(kind string) string { return PicturePath + i.ID + "_" + kind + ".jpg" }

func preview(content []byte) []byte {
	config, err := jpeg.DecodeConfig(bytes.NewReader(content))
	if err != nil || config.Width*config.Height > maxPixels {
		return content
	}
	source, err := jpeg.Decode(bytes.NewReader(content))
	if err != nil {
		return content
	}
	bounds := source.Bounds()
	side := min(previewSide, bounds.Dx(), bounds.Dy())
	if side < 1 {
		return content
	}
	small := image.NewRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			small.Set(x, y, source.At(bounds.Min.X+x*bounds.Dx()/side, bounds.Min.Y+y*bounds.Dy()/side))
		}
	}
	var packed bytes.Buffer
	if jpeg.Encode(&packed, small, nil) != nil {
		return content
	}
	return packed.Bytes()
}

// Gallery serves pictures by path; one that was replaced can still be fetched, as long as the process lives.
type Gallery struct {
	mu     sync.RWMutex
	images map[string]*Image
}

// NewGallery returns an empty gallery.
func NewGallery() *Gallery { return &Gallery{images: map[string]*Image{}} }

// Hang makes a picture available; nil is nothing.
func (g *Gallery) Hang(picture *Image) {
	if picture == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.images[picture.ID] = picture
}

// ServeHTTP answers a download. Clients append parameters to a path with ? or with &.
func (g *Gallery) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, _, _ := strings.Cut(path.Base(r.URL.Path), "&")
	id, kind, _ := strings.Cut(strings.TrimSuffix(name, ".jpg"), "_")
	g.mu.RLock()
	picture, ok := g.images[id]
	g.mu.RUnlock()
	if !ok || (kind != Full && kind != Preview) || (r.Method != http.MethodGet && r.Method != http.MethodHead) {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "image/jpeg")
	w.Header().Set("Access-Control-Allow-Origin", "*")
	http.ServeContent(w, r, "", picture.At, bytes.NewReader(picture.Bytes(kind)))
}
