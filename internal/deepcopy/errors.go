package deepcopy

import "github.com/seed75add069/stytch-go/stytcherror"

// Error returns a copy of an error of a call, for each of several callers that get the same one. Nil is nil. Other
// errors, and those wrapped by fmt.Errorf, are returned as they are.
func Error(err error) error {
	switch e := err.(type) { //nolint:errorlint // package transport returns these, not wrapped
	case *stytcherror.Error:
		return Of(e)
	case *stytcherror.RequestError:
		own := new(*e)
		own.Err = Error(e.Err)
		return own
	case *stytcherror.DecodeError:
		return new(*e)
	case *stytcherror.ArgumentError:
		return new(*e)
	}
	return err
}
