package stytcherror

// Known are all codes of this version, in order.
func Known() []Code {
	codes := make([]Code, len(statuses))
	for i, s := range statuses {
		codes[i] = s.code
	}
	return codes
}

// APIStatus is the status that api/errors.yaml gives a code.
func APIStatus(c Code) int { return c.known().status }

// CallerStatus is what api/errors.yaml gives one's own caller in its place; zero where that is the same.
func CallerStatus(c Code) int { return c.known().caller }
