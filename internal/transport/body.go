package transport

import (
	"bytes"
	"cmp"
	"io"
	"math"
	"net/http"
	"sync"

	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

const (
	maxPooled     = 64 << 10  // larger buffers are not pooled
	maxPrealloc   = 1 << 20   // allocated by Content-Length before the body is read
	maxErrorBody  = 64 << 10  // read and decoded of the body of an error
	maxErrorDrain = 256 << 10 // read of the rest, so that the connection can be reused
	maxErrorKept  = 4 << 10   // kept in Error.Body
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func putBuffer(b *bytes.Buffer) {
	if b.Cap() <= maxPooled {
		buffers.Put(b)
	}
}

// readResponse reads the body of a response below 400, up to MaxResponseBytes after decompression.
func (c *call) readResponse(resp *http.Response) (*response, error) {
	limit := min(cmp.Or(max(c.cfg.MaxResponseBytes, 0), shared.DefaultMaxResponseBytes), math.MaxInt64-1)
	buf := buffers.Get().(*bytes.Buffer)
	buf.Reset()
	if n := min(resp.ContentLength, limit, maxPrealloc); n > 0 {
		buf.Grow(int(n) + bytes.MinRead)
	}
	var body io.Reader = resp.Body
	if resp.StatusCode < http.StatusOK {
		body = http.NoBody // the body of a 101 is the connection, and reading it does not end with the context
	}
	_, err := buf.ReadFrom(io.LimitReader(body, limit+1))
	if err == nil && int64(buf.Len()) > limit {
		err = &stytcherror.DecodeError{
			Op: c.op.Name, StatusCode: resp.StatusCode, Reason: "it is larger than Config.MaxResponseBytes",
			Err: stytcherror.ErrTooLarge,
		}
	}
	if err != nil {
		putBuffer(buf)
		return nil, err
	}
	c.fillRaw(resp, buf.Bytes())
	return &response{status: resp.StatusCode, header: resp.Header, body: buf}, nil
}

// fillRaw copies a response for shared.WithRawResponse.
func (c *call) fillRaw(resp *http.Response, body []byte) {
	if c.opts.Raw != nil {
		*c.opts.Raw = shared.RawResponse{
			StatusCode: resp.StatusCode, Header: resp.Header.Clone(), Body: bytes.Clone(body),
		}
	}
}

// drain reads what is left of a body, up to maxErrorDrain, so that the connection can be reused.
func drain(resp *http.Response) { _, _ = io.CopyN(io.Discard, resp.Body, maxErrorDrain) }
