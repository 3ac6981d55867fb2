package stytcherror

// Code is the API's error_type. It is an error itself, so that errors.Is finds it in an [Error]:
//
//	errors.Is(err, stytcherror.CodeSessionNotFound)
//
// A code that this version does not know is still a Code with its text.
type Code string

func (c Code) Error() string { return "stytch: " + string(c) }
