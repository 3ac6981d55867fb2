package sessions

import (
	"slices"

	"github.com/seed75add069/stytch-go/b2b/mfa"
	"github.com/seed75add069/stytch-go/b2b/organizations"
)

// StepKind says what kind of step a login asks for.
type StepKind string

// The kinds of steps.
const (
	// StepDone means that there is a session.
	StepDone StepKind = "done"
	// StepPrimary means that another primary factor is needed: send the intermediate session along with it.
	StepPrimary StepKind = "primary"
	// StepMFA means that a second factor is needed: send the intermediate session along with it.
	StepMFA StepKind = "mfa"
	// StepUnknown is an answer that holds neither a session nor a requirement. Treat it as not logged in.
	StepUnknown StepKind = "unknown"
)

// Step is what a login asks for. A login may need both another primary factor and a second one; the primary one comes
// first.
type Step struct {
	Kind StepKind `json:"kind"`
	// Methods are the ways to take the step. For StepPrimary they are the auth methods that the organization takes;
	// see the AuthMethod constants of package b2b/organizations. For StepMFA they are the second factors that the
	// member has (see the MFAMethod constants); none means that one must be set up first.
	Methods []string `json:"methods,omitzero"`
	// CodeSent says that a passcode is already on its way to the member's phone.
	CodeSent bool `json:"code_sent"`
}

// NextStep is what the method Next of every login's answer returns. A second factor's answer has no requirements.
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
