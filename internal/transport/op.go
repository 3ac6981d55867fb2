// Package transport is the way of a call onto the wire and back. [Call] reads as a recipe; each step has a file.
package transport

// Op is what the specification says of one operation. It is data; nothing in it changes.
type Op struct {
	// Name is the operation's id, as in "b2b.sessions.authenticate".
	Name string
	// Method is the HTTP method.
	Method string
	// Path is the path, with parameters in braces. {project_id} is the project's own id where the request has none.
	Path string
	// Base is the host it lives on.
	Base Base
	// Form says that the body is a form; the json tags then name its fields.
	Form bool
	// Public says that the request carries no credentials of the project.
	Public bool
	// Class says which failures may be tried again.
	Class Class
	// Authorization says whether it may be called on behalf of a session: see shared.WithAuthorization.
	Authorization bool
}

// Base is one of the API's hosts.
type Base uint8

// The hosts.
const (
	Auth Base = iota
	Fraud
)

// Class is the retry class of an operation: what a second attempt could do.
type Class uint8

// The classes, from the most cautious.
const (
	// SingleUse spends a token or a code: sent again only when nothing was written.
	SingleUse Class = iota
	// Send sends a message to a person: also after 429 and 503, if the server says when.
	Send
	// Write changes something: also after 429, and PUT and DELETE after a gateway's 502, 503 and 504.
	Write
	// Read changes nothing: after every failure that may pass.
	Read
)
