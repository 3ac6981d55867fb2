package stytcherror

// Known returns all codes of this version, in order.
func Known() []Code {
	codes := make([]Code, len(statuses))
	for i, s := range statuses {
		codes[i] = s.code
	}
	return codes
}

// APIStatus returns the API's status of a code, according to api/errors.yaml.
func APIStatus(c Code) int { return c.entry().api }

// StatusOverride returns what HTTPStatus returns in its place, or zero if that is the same.
func StatusOverride(c Code) int { return c.entry().override }
