package factor

import (
	"crypto/subtle"
	"regexp"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// CheckChallenge refuses a PKCE challenge that is none. Without one, a flow does without PKCE.
func CheckChallenge(challenge *string) error {
	if state.Given(challenge) && !state.ChallengeForm.MatchString(*challenge) {
		return ops.ErrInvalidPKCECodeChallenge.Because("The challenge is not a SHA-256 hash in base64url.")
	}
	return nil
}

// verifierForm is the form of a code verifier (RFC 7636, section 4.1).
var verifierForm = regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`)

// CheckVerifier refuses a code verifier that is none. Operations that declare no error for that refuse it as one that
// does not match.
func CheckVerifier(verifier *string) error {
	if state.Given(verifier) && !verifierForm.MatchString(*verifier) {
		return ops.ErrInvalidPKCECodeVerifier.Because("The verifier does not match %s.", verifierForm)
	}
	return nil
}

// CheckPKCE compares a verifier with the challenge that the flow began with (RFC 7636, section 4.6, S256).
func CheckPKCE(challenge string, verifier *string) error {
	given := state.Text(verifier)
	switch {
	case challenge == "" && given == "":
		return nil
	case challenge == "":
		return ops.ErrPKCEDidNotExpectCodeVerifier
	case given == "":
		return ops.ErrPKCEExpectedCodeVerifier
	}
	if !matchesChallenge(given, challenge) {
		return ops.ErrPKCEMismatch
	}
	return nil
}

// matchesChallenge reports whether a code verifier is that of a challenge, by S256.
func matchesChallenge(verifier, challenge string) bool {
	return subtle.ConstantTimeCompare([]byte(state.Challenge(verifier)), []byte(challenge)) == 1
}
