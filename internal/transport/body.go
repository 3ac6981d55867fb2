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
	maxSmall      = 64 << 10  // capacity of the buffers of small bodies
	maxPooled     = 4 << 20   // larger buffers are not pooled
	maxPrealloc   = 1 << 20   // allocated by Content-Length before that much of the body has come
	maxErrorBody  = 64 << 10  // read and decoded of the body of an error
	maxErrorDrain = 256 << 10 // read of the rest, so that the connection can be reused
	maxErrorKept  = 4 << 10   // kept in Error.Body

	spare = 1 + bytes.MinRead // of a buffer's capacity, to read the end of a body without growing
)

// There are two pools, so that small bodies do not keep large buffers in memory.
var smallBuffers, largeBuffers sync.Pool

// putBuffer puts a buffer into its pool. A large one that its last body filled to less than a quarter is left to
// garbage collection, so that it does not stay for bodies that need no such size.
func putBuffer(b *bytes.Buffer) {
	switch {
	case b.Cap() <= maxSmall:
		smallBuffers.Put(b)
	case b.Cap() <= maxPooled && b.Len() >= b.Cap()/4:
		largeBuffers.Put(b)
	}
}

// getBuffer returns an empty buffer from a pool, or a new one if the pool is empty.
func getBuffer(pool *sync.Pool) *bytes.Buffer {
	b, ok := pool.Get().(*bytes.Buffer)
	if !ok {
		return new(bytes.Buffer)
	}
	b.Reset()
	return b
}

// withCapacity returns b, or a buffer of at least this capacity with b's content. The caller must not use b afterwards.
func withCapacity(b *bytes.Buffer, size int) *bytes.Buffer {
	if b.Cap() >= size {
		return b
	}
	larger := new(bytes.Buffer)
	if b.Cap() <= maxSmall && size > maxSmall {
		larger = getBuffer(&largeBuffers)
		defer putBuffer(b)
	}
	if larger.Cap() < size {
		larger = bytes.NewBuffer(make([]byte, 0, size)) // Grow would double
	}
	larger.Write(b.Bytes())
	return larger
}

// readBody reads a body up to limit+1 bytes. The length is that of Content-Length, unknown if it is not positive. The
// buffer doubles, or grows to that length once maxPrealloc has come.
func readBody(body io.Reader, length, limit int64) (*bytes.Buffer, error) {
	buf := getBuffer(&smallBuffers)
	r := io.LimitedReader{R: body}
	size := int64(bytes.MinRead)
	if length > 0 {
		size = min(length, maxPrealloc)
	}
	for {
		buf = withCapacity(buf, int(min(size, limit))+spare)
		r.N = min(int64(buf.Cap()-bytes.MinRead), limit+1) - int64(buf.Len())
		_, err := buf.ReadFrom(&r)
		came := int64(buf.Len())
		if err != nil || r.N > 0 || came > limit {
			return buf, err
		}
		size = 2 * int64(buf.Cap())
		if came < maxPooled-spare { // not beyond the largest that is pooled, before that is full
			size = min(size, maxPooled-spare)
		}
		if expected := min(length, shared.DefaultMaxResponseBytes); came >= maxPrealloc && expected > came {
			size = expected
		}
	}
}

// readResponse reads the body of a response below 400, up to MaxResponseBytes after decompression.
func (c *call) readResponse(resp *http.Response) (*response, error) {
	limit := min(cmp.Or(max(c.cfg.MaxResponseBytes, 0), shared.DefaultMaxResponseBytes), math.MaxInt-spare)
	var body io.Reader = resp.Body
	if resp.StatusCode < http.StatusOK {
		body = http.NoBody // the body of a 101 is the connection, and reading it does not end with the context
	}
	buf, err := readBody(body, resp.ContentLength, limit)
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
