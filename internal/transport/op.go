package transport

// Op describes an operation of the API. It must not be changed.
type Op struct {
	// Name is the operation's id, as in "b2b.sessions.authenticate".
	Name string
	// Method is the HTTP method.
	Method string
	// Path is the path, with parameters in braces. {project_id} is the client's own project if the request has no such
	// field.
	Path string
	// Base says which base URL it has.
	Base Base
	// Form says that the body is a form, with the names of the json tags.
	Form bool
	// Public says that the request has no credentials.
	Public bool
	// NoEnvelope says that the response need have neither request_id nor status_code: the caller tells it from others.
	NoEnvelope bool
	// Class says which failures may be retried.
	Class Class
	// Repeatable says that a second attempt of class Write has the effect of one.
	Repeatable bool
	// Fallback says that it is called where a local check did not decide: at most two attempts, and none after a 429,
	// so that callers do not multiply the load on an API that has trouble.
	Fallback bool
	// Decides says that the response decides who may do what. It must be a success by its status_code too, without an
	// error_type. Unless it is a [StrictResponse], no name may occur twice in it or in the objects directly in it.
	Decides bool
	// Authorization says whether it accepts shared.WithAuthorization.
	Authorization bool
}

// repeatable reports whether the operation may be sent again though the server may have received it.
func (op *Op) repeatable() bool { return op.Class == Read || op.Class == Write && op.Repeatable }

// AsFallback returns op with Fallback and Decides set.
func (op Op) AsFallback() Op {
	op.Fallback, op.Decides = true, true
	return op
}

// Base is one of the two base URLs of the API.
type Base uint8

// The base URLs.
const (
	Auth Base = iota
	Fraud
)

// Class is the retry class of an operation. It depends on what a second attempt could do.
type Class uint8

// The retry classes. In each, a failure to connect is retried.
const (
	// SingleUse consumes a token or a code. It is retried after nothing else.
	SingleUse Class = iota
	// Send sends a message to a person. It is also retried after a rate limit or 503 with Retry-After.
	Send
	// Write changes something. It is also retried after any rate limit, and after 502, 503 and 504 if it is Repeatable.
	Write
	// Read changes nothing. It is also retried after 408, 502, 503, 504 and a broken connection.
	Read
)
