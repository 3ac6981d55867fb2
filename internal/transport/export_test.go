package transport

import (
	"bytes"
	"io"
	"net"
	"net/http"

	"github.com/go-json-experiment/json"

	"github.com/seed75add069/stytch-go/internal/jsonoptions"
)

// NewTransport is the transport of a client without an HTTPClient over https, with connections of its own.
func NewTransport() *http.Transport { return newTransport(&net.Dialer{Timeout: dialTimeout}) }

// NewPlainTransport is the same over http.
func NewPlainTransport(plainHTTP bool) *http.Transport { return newPool(plainHTTP).http }

// ErrNotLoopback is the error of dialling another host over http.
var ErrNotLoopback = errNotLoopback

// SharedTransport is the transport of all clients without an HTTPClient.
var SharedTransport = sharedTransport

// Unmarshal decodes a body.
func Unmarshal(body []byte, resp any) error { return unmarshal(body, resp, false) }

// MessageOf returns the message of a body in any form.
func MessageOf(body []byte) string {
	body = toUTF8(body)
	return messageOfPage(string(body), false) + messageOfJSON(body, "")
}

// Pooled puts a buffer into the pools, and reports whether one returns it.
func Pooled(capacity, length int) bool {
	b := bytes.NewBuffer(make([]byte, length, capacity))
	putBuffer(b)
	return getBuffer(&smallBuffers) == b || getBuffer(&largeBuffers) == b
}

// SmallPooled reports whether the pool of small bodies returns a buffer beyond their size after one was put.
func SmallPooled(capacity int) bool {
	putBuffer(bytes.NewBuffer(make([]byte, capacity)))
	return getBuffer(&smallBuffers).Cap() > maxSmall
}

// ReadBody reads a body as that of a response, and puts the buffer back. It returns how much has come.
func ReadBody(body io.Reader, length, limit int64) (int, error) {
	buf, err := readBody(body, length, limit)
	n := buf.Len()
	putBuffer(buf)
	return n, err
}

// WholeBody reads a body as that of a response, and returns a copy of it.
func WholeBody(body io.Reader, length, limit int64) ([]byte, error) {
	buf, err := readBody(body, length, limit)
	defer putBuffer(buf)
	return bytes.Clone(buf.Bytes()), err
}

// UnmarshalStrictly decodes a body by the rules of json/v2 alone, with each shared.Object decoded on its own.
func UnmarshalStrictly(body []byte, resp any) error {
	return json.Unmarshal(body, resp, jsonoptions.Strict)
}
