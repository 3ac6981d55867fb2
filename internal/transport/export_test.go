package transport

import (
	"bytes"
	"net"
	"net/http"
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

// Pooled puts a buffer of a size into the pool, and reports whether the pool returns it.
func Pooled(size int) bool {
	b := bytes.NewBuffer(make([]byte, 0, size))
	putBuffer(b)
	return buffers.Get().(*bytes.Buffer) == b
}
