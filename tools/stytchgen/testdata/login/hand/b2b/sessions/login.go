package sessions

// Login is what all logins have in common.
type Login struct {
	MemberID                 string
	Member                   *Member
	Organization             *Organization
	SessionToken, SessionJWT string
	Session                  *MemberSession
	Next                     Step
}

// Step is what a login still needs.
type Step string

// NextStep returns the step that follows from an answer.
func NextStep(authenticated bool, primary *PrimaryRequired, second *MFARequired) Step {
	switch {
	case authenticated:
		return "done"
	case primary != nil:
		return "primary"
	case second != nil:
		return "mfa"
	}
	return "unknown"
}
