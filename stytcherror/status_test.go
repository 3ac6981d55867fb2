package stytcherror_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// answer returns the error of an API response to b2b.sessions.authenticate.
func answer(status int, code stytcherror.Code) error {
	return &stytcherror.Error{Op: op, StatusCode: status, Code: code, RequestID: "r"}
}

// gateway returns the error of a response that is not the API's.
func gateway(status int) error {
	return &stytcherror.Error{Op: op, StatusCode: status, Body: []byte("<html>")}
}

func noAnswer(cause error) error {
	return &stytcherror.RequestError{Op: op, Host: "auth.example", Err: cause}
}

// outcomes are errors by their HTTPStatus, as in the table of its comment.
var outcomes = map[int]map[string]error{
	200: {"no error": nil},
	400: {
		"an unknown magic link":       answer(404, stytcherror.CodeMagicLinkNotFound),
		"a used magic link":           answer(401, stytcherror.CodeUnableToAuthMagicLink),
		"a link from another browser": answer(401, stytcherror.CodeAttributeMismatch),
		"a wrong passcode":            answer(404, stytcherror.CodeOTPCodeNotFound),
		"a used passcode":             answer(401, stytcherror.CodeUnableToAuthOTPCode),
		"a wrong TOTP":                answer(401, stytcherror.CodeUnableToAuthenticateTOTP),
		"a TOTP used before":          answer(401, stytcherror.CodeTOTPCodeAlreadyAuthenticated),
		"a wrong recovery code":       answer(401, stytcherror.CodeUnableToAuthenticateRecoveryCode),
		"a used password reset token": answer(401, stytcherror.CodeUnableToAuthPasswordResetToken),
		"an unknown OAuth token":      answer(400, stytcherror.CodeOAuthTokenNotFound),
		"the same in B2B":             answer(404, stytcherror.CodeOAuthTokenNotFound),
		"an unknown SSO token":        answer(404, stytcherror.CodeSSOTokenNotFound),
		"a used refresh token":        answer(401, stytcherror.CodeIDPRefreshTokenAlreadyUsed),
		"a used impersonation token":  answer(401, stytcherror.CodeUnableToAuthImpersonationToken),
		"a failed CAPTCHA":            answer(429, stytcherror.CodeCaptchaFailed),
		"a malformed value":           answer(400, stytcherror.CodeInvalidEmail),
		"a weak password":             answer(400, stytcherror.CodeWeakPassword),
		"a conflict":                  answer(400, stytcherror.CodeDuplicateEmail),
		"an unknown code":             answer(400, "invented"),
		"an argument of a call":       &stytcherror.ArgumentError{Op: op, Field: "session_jwt", Reason: "is required"},
		"an argument of an operation whose name begins like New": &stytcherror.ArgumentError{Op: "b2b.renew", Field: "x", Reason: "is required"},
	},
	401: {
		"a session that ended":               answer(404, stytcherror.CodeSessionNotFound),
		"a used intermediate session":        answer(404, stytcherror.CodeIntermediateSessionNotFound),
		"a malformed session token":          answer(400, stytcherror.CodeInvalidSessionToken),
		"a malformed session JWT":            answer(400, stytcherror.CodeUnableToParseSessionJWT),
		"a session JWT of another project":   answer(400, stytcherror.CodeJWTInvalidAudience),
		"a session JWT of another issuer":    answer(400, stytcherror.CodeJWTInvalidIssuer),
		"a session JWT with odd claims":      answer(400, stytcherror.CodeJWTInvalidClaims),
		"no session":                         answer(400, stytcherror.CodeNoSessionArguments),
		"an access token that ended":         answer(401, stytcherror.CodeIDPAccessTokenExpired),
		"a session with too few factors":     answer(401, stytcherror.CodeInsufficientFactors),
		"a wrong password in B2B":            passwords("b2b.passwords.authenticate"),
		"a wrong password in B2C":            passwords("b2c.passwords.existing_password.reset"),
		"a wrong password without a product": passwords("passwords.authenticate"),
		"an expired token":                   &stytcherror.TokenError{Op: op, Verdict: stytcherror.ErrTokenExpired},
		"a forged token":                     stytcherror.ErrTokenSignature,
		"an unknown key":                     stytcherror.ErrKeyUnknown,
		"a forged token with a cause":        &stytcherror.TokenError{Op: op, Verdict: stytcherror.ErrTokenSignature, Err: answer(401, stytcherror.CodeUnauthorizedCredentials)},
		"an unknown verdict":                 &stytcherror.TokenError{Op: op, Verdict: "invented"},
		"no verdict":                         &stytcherror.TokenError{Op: op},
	},
	403: {
		"a local denial":                     &stytcherror.PermissionError{Op: op, Reason: "no role has it"},
		"another organization":               stytcherror.ErrTenancyMismatch,
		"a denial by the API":                answer(403, stytcherror.CodeSessionAuthorizationError),
		"one in B2C":                         answer(403, stytcherror.CodeConsumerSessionAuthorizationError),
		"another organization's session":     answer(403, stytcherror.CodeSessionAuthorizationTenancyError),
		"an action that is not allowed":      answer(403, stytcherror.CodeUnauthorizedAction),
		"a field for backends only":          answer(401, stytcherror.CodeCannotUpdateTrustedMetadata),
		"an organization that admits nobody": answer(400, stytcherror.CodeEmailJITProvisioningNotAllowed),
	},
	404: {
		"no such organization":           answer(404, stytcherror.CodeOrganizationNotFound),
		"no such member":                 answer(404, stytcherror.CodeMemberNotFound),
		"no such member of this one":     answer(400, stytcherror.CodeMemberDoesNotExistInOrganization),
		"no such user":                   answer(404, stytcherror.CodeUserNotFound),
		"no TOTP":                        answer(400, stytcherror.CodeTOTPsNotFoundForUser),
		"an unknown code for not found":  answer(404, "invented_not_found"),
		"no such member, as a bare code": stytcherror.CodeMemberNotFound,
	},
	409: {"a conflict that the API calls one": answer(409, "invented_conflict")},
	429: {
		"a rate limit":              answer(429, stytcherror.CodeTooManyRequests),
		"a rate limit of a gateway": gateway(429),
		"a locked user":             answer(429, stytcherror.CodeUserLockLimitReached),
		"too many unused messages":  answer(429, stytcherror.CodeTooFewTokensAuthenticated),
	},
	499: {
		"a cancelled context":             context.Canceled,
		"a cancelled call":                noAnswer(fmt.Errorf("%w: %w", context.Canceled, io.EOF)),
		"a cancelled fetch of the policy": &stytcherror.PolicyError{Op: op, Err: noAnswer(context.Canceled)},
	},
	500: {
		"an emulator that was not told its name": answer(403, "emulator_host_not_allowed"),
		"a wrong secret":                         answer(401, stytcherror.CodeUnauthorizedCredentials),
		"a wrong secret, as a bare code":         stytcherror.CodeUnauthorizedCredentials,
		"a wrong secret, near passwords":         passwords("b2b.old_passwords_list.get"),
		"a wrong secret, at the fraud API":       answer(401, stytcherror.CodeUnauthorizedCredentialsError),
		"an unknown project":                     answer(400, stytcherror.CodeInvalidProjectIDAuthentication),
		"a wrong M2M client":                     answer(401, stytcherror.CodeInvalidClient),
		"a redirect URL that is missing":         answer(400, stytcherror.CodeNoLoginRedirectURLsSet),
		"an OAuth provider not set up":           answer(404, stytcherror.CodeOAuthConfigNotFound),
		"an unknown path":                        answer(404, stytcherror.CodeRouteNotFound),
		"a client that cannot be made":           &stytcherror.ArgumentError{Op: "NewClient", Field: "Secret", Reason: "is required"},
		"a client of another package":            &stytcherror.ArgumentError{Op: "samlshield.NewClient", Field: "PublicToken", Reason: "is required"},
		"no keys, for a wrong secret":            noKeys(answer(401, stytcherror.CodeUnauthorizedCredentials)),
		"no keys, for an unknown project":        noKeys(answer(404, "project_not_found")),
		"no keys, for an unknown reason":         noKeys(answer(401, "")),
		"no policy, for a wrong secret":          noPolicy(answer(401, stytcherror.CodeUnauthorizedCredentials)),
		"no policy, for a project id":            noPolicy(answer(400, stytcherror.CodeInvalidProjectIDAuthentication)),
		"no policy, for what is denied":          noPolicy(answer(403, stytcherror.CodeUnauthorizedAction)),
		"no policy, for an unknown path":         noPolicy(fmt.Errorf("fetching: %w", answer(404, stytcherror.CodeRouteNotFound))),
		"no policy, for an unknown reason":       noPolicy(answer(400, "invented")),
		"an error of another package":            io.ErrUnexpectedEOF,
		"an unknown bare code":                   stytcherror.Code("invented"),
		"an empty code":                          stytcherror.Code(""),
		"an unknown code without a status":       answer(0, "invented"),
	},
	502: {
		"a response of another shape":     &stytcherror.DecodeError{Op: op, StatusCode: 200},
		"a response cut short":            &stytcherror.DecodeError{Op: op, StatusCode: 200, Err: io.ErrUnexpectedEOF},
		"a failure of the API":            answer(500, stytcherror.CodeInternalServerError),
		"an operation that is not built":  answer(501, "emulator_not_implemented"),
		"a gateway's refusal":             gateway(403),
		"a gateway's unknown path":        gateway(404),
		"a gateway's failure":             gateway(500),
		"a status that is not registered": gateway(599),
		"a refused redirect":              noAnswer(fmt.Errorf("%w: to elsewhere", stytcherror.ErrRedirect)),
	},
	503: {
		"no response":                            noAnswer(io.EOF),
		"no response, without a cause":           noAnswer(nil),
		"no response in time":                    noAnswer(context.DeadlineExceeded),
		"a deadline":                             context.DeadlineExceeded,
		"an API that is out of service":          answer(503, stytcherror.CodeServerUnavailable),
		"a gateway without a server":             gateway(502),
		"a gateway without a response":           gateway(504),
		"a gateway without our request":          gateway(408),
		"a search that took too long":            answer(408, stytcherror.CodeSearchTimeout),
		"a search timeout, as a bare code":       stytcherror.CodeSearchTimeout,
		"a request that we closed, says the API": answer(499, stytcherror.CodeClientClosedRequest),
		"no keys":                                &stytcherror.TokenError{Op: op, Verdict: stytcherror.ErrKeysUnavailable, Reason: "EOF"},
		"no keys, as a bare verdict":             stytcherror.ErrKeysUnavailable,
		"no keys, under a rate limit":            noKeys(answer(429, stytcherror.CodeTooManyRequests)),
		"no keys, from a gateway's 401":          noKeys(gateway(401)),
		"no keys, since the API failed":          noKeys(answer(500, stytcherror.CodeInternalServerError)),
		"no keys, since the API is overloaded":   noKeys(answer(503, "invented")),
		"no keys, in time for the API":           noKeys(answer(408, "invented")),
		"no keys, for a nil error":               noKeys((*stytcherror.Error)(nil)),
		"no policy, under a rate limit":          noPolicy(answer(429, stytcherror.CodeTooManyRequests)),
		"no policy, since the API failed":        noPolicy(answer(502, "invented")),
		"no policy, for another error's text":    noPolicy(noAnswer(io.EOF)),
		"no policy":                              &stytcherror.PolicyError{Op: op, Err: noAnswer(io.EOF)},
		"no policy, since the API refused it":    &stytcherror.PolicyError{Op: op, Err: gateway(404)},
		"no policy, since it does not decode":    &stytcherror.PolicyError{Op: op, Err: &stytcherror.DecodeError{}},
		"no policy, without a cause":             &stytcherror.PolicyError{Op: op},
		"no policy in time":                      &stytcherror.PolicyError{Op: op, Err: context.DeadlineExceeded},
		"no response, whatever the cause":        noAnswer(answer(404, stytcherror.CodeMemberNotFound)),
	},
}

func noKeys(cause error) error {
	return &stytcherror.TokenError{Op: op, Verdict: stytcherror.ErrKeysUnavailable, Err: cause}
}

func noPolicy(cause error) error { return &stytcherror.PolicyError{Op: op, Err: cause} }

func passwords(op string) error {
	return &stytcherror.Error{Op: op, StatusCode: 401, Code: stytcherror.CodeUnauthorizedCredentials, RequestID: "r"}
}

func TestHTTPStatus(t *testing.T) {
	t.Parallel()
	for want, errs := range outcomes {
		for name, err := range errs {
			t.Run(fmt.Sprintf("%s is %d", name, want), func(t *testing.T) {
				t.Parallel()
				assert.Equal(t, want, stytcherror.HTTPStatus(err))
			})
		}
	}
}

func TestHTTPStatus_unwraps(t *testing.T) {
	t.Parallel()
	for want, errs := range outcomes {
		for name, err := range errs {
			if err == nil {
				continue
			}
			for how, wrapped := range map[string]error{
				"wrapped":          fmt.Errorf("logging in: %w", err),
				"wrapped twice":    fmt.Errorf("a: %w", fmt.Errorf("b: %w", err)),
				"joined":           errors.Join(io.EOF, err),
				"in a page":        &shared.PageError{Cursor: "c", Err: err},
				"with a cause":     fmt.Errorf("%w: %w", io.EOF, err),
				"joined to itself": errors.Join(err, err),
			} {
				assert.Equal(t, want, stytcherror.HTTPStatus(wrapped), "%s, %s", name, how)
			}
		}
	}
	t.Run("of several errors, the first counts", func(t *testing.T) {
		t.Parallel()
		missing, denied := answer(404, stytcherror.CodeMemberNotFound), error(stytcherror.ErrTenancyMismatch)
		assert.Equal(t, 404, stytcherror.HTTPStatus(errors.Join(missing, denied)))
		assert.Equal(t, 403, stytcherror.HTTPStatus(errors.Join(denied, missing)))
		assert.Equal(t, 404, stytcherror.HTTPStatus(errors.Join(context.Canceled, missing)))
	})
}

// Temporary are the errors with status 429 and 503, and no others.
func TestTemporary(t *testing.T) {
	t.Parallel()
	for status, errs := range outcomes {
		for name, err := range errs {
			want := status == 429 || status == 503
			t.Run(fmt.Sprintf("%s: %t", name, want), func(t *testing.T) {
				t.Parallel()
				assert.Equal(t, want, stytcherror.Temporary(err))
				if err != nil {
					assert.Equal(t, want, stytcherror.Temporary(fmt.Errorf("wrapped: %w", err)))
				}
			})
		}
	}
}
