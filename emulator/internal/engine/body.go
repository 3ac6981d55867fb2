package engine

import (
	"io"
	"net/http"
	"time"
)

// maxUpload bounds how long a client may take to send a body.
const maxUpload = 30 * time.Second

// ReadBody reads a body of at most limit bytes. A client that takes longer than maxUpload is cut off, where the server
// can do that.
func ReadBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	conn := http.NewResponseController(w)
	_ = conn.SetReadDeadline(time.Now().Add(maxUpload))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err == nil {
		_ = conn.SetReadDeadline(time.Time{})
	}
	return body, err
}

type body struct {
	io.Reader
	conn  *http.ResponseController
	ended bool
}

// NewBody returns the body of a request, without a bound on its size. A client that sends nothing for maxUpload is cut
// off, where the server can do that.
func NewBody(w http.ResponseWriter, r *http.Request) io.Reader {
	return &body{Reader: r.Body, conn: http.NewResponseController(w)}
}

func (b *body) Read(p []byte) (int, error) {
	if b.ended {
		return 0, io.EOF
	}
	_ = b.conn.SetReadDeadline(time.Now().Add(maxUpload))
	n, err := b.Reader.Read(p)
	if b.ended = err == io.EOF; b.ended {
		_ = b.conn.SetReadDeadline(time.Time{})
	}
	return n, err
}
