package transport

// NewTransport is the transport of a client without an HTTPClient.
var NewTransport = newTransport
