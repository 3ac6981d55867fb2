package transport

// NewTransport makes the pool of connections that a client has if it is given none.
var NewTransport = newTransport
