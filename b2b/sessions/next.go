package sessions

import (
	"slices"

	"github.com/seed75add069/stytch-go/b2b/mfa"
	"github.com/seed75add069/stytch-go/b2b/organizations"
)

// StepKind is the kind of a login's next step.
type StepKind string

// The kinds of steps.
const (
	// StepDone means that the login is complete: there is a session.
	StepDone StepKind = "done"
	// StepPrimary means that another primary factor is required. Send the intermediate session token with it.
	StepPrimary StepKind = "primary"
	// StepMFA means that a second factor is required. Send the intermediate session token with it.
	StepMFA StepKind = "mfa"
	// StepUnknown means that the response has neither a session nor a requirement. Treat it as not logged in.
	StepUnknown StepKind = "unknown"
)

// Step is the next step of a login. If both another primary factor and a second factor are required, the primary factor
// comes first.
type Step struct {
	Kind StepKind `json:"kind"`
	// Methods are the methods to choose from. For StepPrimary they are the auth methods that the organization allows:
	// see the AuthMethod constants of package b2b/organizations. For StepMFA they are the second factors that the
	// member has: see the MFAMethod constants there. If there are none, one must be set up first.
	Methods []string `json:"methods,omitzero"`
	// CodeSent is set if the API has already sent a passcode to the member's phone.
	CodeSent bool `json:"code_sent"`
}

// NextStep returns the next step of a login. The Next methods of login responses call it.
func NextStep(authenticated bool, primary *PrimaryRequired, second *mfa.MFARequired) Step {
	switch {
	case authenticated:
		return Step{Kind: StepDone}
	case primary != nil:
		return Step{Kind: StepPrimary, Methods: slices.Clone(primary.AllowedAuthMethods)}
	case second != nil:
		return Step{
			Kind: StepMFA, Methods: methodsOf(second.MemberOptions),
			CodeSent: second.SecondaryAuthInitiated == organizations.MFAMethodSMSOTP,
		}
	}
	return Step{Kind: StepUnknown}
}

func methodsOf(options *mfa.MemberOptions) []string {
	if options == nil {
		return nil
	}
	var methods []string
	if options.MFAPhoneNumber != "" {
		methods = append(methods, organizations.MFAMethodSMSOTP)
	}
	if options.TOTPRegistrationID != "" {
		methods = append(methods, organizations.MFAMethodTOTP)
	}
	return methods
}
