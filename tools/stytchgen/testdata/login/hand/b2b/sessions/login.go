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
type Step struct{ Kind string }

// StepDone says that a login needs nothing.
const StepDone = "done"

// NextStep returns the step that follows from a response.
func NextStep(authenticated bool, primary *PrimaryRequired, second *MFARequired) Step {
	switch {
	case authenticated:
		return Step{Kind: StepDone}
	case primary != nil:
		return Step{Kind: "primary"}
	case second != nil:
		return Step{Kind: "mfa"}
	}
	return Step{Kind: "unknown"}
}
