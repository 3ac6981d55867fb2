package transport

import (
	"net"
	"net/http"
)

// NewTransport is the transport of a client without an HTTPClient, with connections of its own.
func NewTransport() *http.Transport { return newTransport(&net.Dialer{Timeout: dialTimeout}) }
