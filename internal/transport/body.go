package transport

import (
	"bytes"
	"io"
	"math"
	"net/http"
	"sync"

	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

const (
	maxPooled     = 64 << 10  // larger buffers are left to the collector
	maxGrown      = 1 << 20   // what is allocated for a body before any of it is there
	maxErrorBody  = 64 << 10  // what is read of an error in order to understand it
	maxErrorDrain = 256 << 10 // what is read of it so that the connection can be used again
	maxErrorKept  = 4 << 10   // what the caller gets of it
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func getBuffer() *bytes.Buffer {
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	return b
}

func putBuffer(b *bytes.Buffer) {
	if b != nil && b.Cap() <= maxPooled {
		buffers.Put(b)
	}
}

// readAnswer reads a body below 400 up to the bound, which holds after decompression.
func (c *call) readAnswer(resp *http.Response) (*answer, error) {
	limit := min(c.maxBytes(), math.MaxInt64-1)
	buf := getBuffer()
	if n := min(resp.ContentLength, limit, maxGrown); n > 0 {
		buf.Grow(int(n) + bytes.MinRead)
	}
	var body io.Reader = resp.Body
	if resp.StatusCode < http.StatusOK {
		body = http.NoBody // after a 101 the body is the bare connection, whose end no context brings
	}
	_, err := buf.ReadFrom(io.LimitReader(body, limit+1))
	if err != nil {
		putBuffer(buf)
		return nil, err
	}
	if int64(buf.Len()) > limit {
		putBuffer(buf)
		return nil, stytcherror.NewDecodeError(stytcherror.DecodeError{
			Op: c.op.Name, StatusCode: resp.StatusCode, Reason: "it goes beyond Config.MaxResponseBytes",
		}, stytcherror.ErrTooLarge)
	}
	ans := &answer{status: resp.StatusCode, header: resp.Header, body: buf}
	c.fillRaw(resp, buf.Bytes())
	return ans, nil
}

// fillRaw hands the caller a copy of an answer who asked for it.
func (c *call) fillRaw(resp *http.Response, body []byte) {
	if c.opts.Raw != nil {
		*c.opts.Raw = shared.RawResponse{
			StatusCode: resp.StatusCode, Header: resp.Header.Clone(), Body: bytes.Clone(body),
		}
	}
}

// drain reads what little is left of a body, so that the connection can be used again.
func drain(resp *http.Response) { _, _ = io.CopyN(io.Discard, resp.Body, maxErrorDrain) }
