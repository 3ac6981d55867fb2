package transport

// For tests in package transport_test: the transport of a client without an HTTPClient, and the decoding of a body.
var (
	NewTransport = newTransport
	Unmarshal    = unmarshal
)
