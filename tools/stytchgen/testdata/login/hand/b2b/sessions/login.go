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

// Step is what a login asks for next.
type Step string

// NextStep tells the step.
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
