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

// answer is an answer of the API to b2b.sessions.authenticate.
func answer(status int, code stytcherror.Code) error {
	return &stytcherror.Error{Op: op, StatusCode: status, Code: code, RequestID: "r"}
}

// gateway is an answer that does not come from the API.
func gateway(status int) error {
	return &stytcherror.Error{Op: op, StatusCode: status, Body: []byte("<html>")}
}

func noAnswer(cause error) error { return stytcherror.NewRequestError(op, "auth.example", 0, cause) }

// outcomes are the rows of the table in the comment of HTTPStatus.
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
		"a code of tomorrow":          answer(400, "invented_tomorrow"),
		"an argument of a call":       &stytcherror.ArgumentError{Op: op, Field: "session_jwt", Reason: "is required"},
		"an argument of a renewal":    &stytcherror.ArgumentError{Op: "b2b.renew", Field: "x", Reason: "is required"},
	},
	401: {
		"a session that ended":               answer(404, stytcherror.CodeSessionNotFound),
		"a used intermediate session":        answer(404, stytcherror.CodeIntermediateSessionNotFound),
		"a malformed session token":          answer(400, stytcherror.CodeInvalidSessionToken),
		"a session JWT that is none":         answer(400, stytcherror.CodeUnableToParseSessionJWT),
		"a session JWT of another project":   answer(400, stytcherror.CodeJWTInvalidAudience),
		"a session JWT of another issuer":    answer(400, stytcherror.CodeJWTInvalidIssuer),
		"a session JWT with odd claims":      answer(400, stytcherror.CodeJWTInvalidClaims),
		"no session":                         answer(400, stytcherror.CodeNoSessionArguments),
		"an access token that ended":         answer(401, stytcherror.CodeIDPAccessTokenExpired),
		"a session with too few factors":     answer(401, stytcherror.CodeInsufficientFactors),
		"a wrong password in B2B":            passwords("b2b.passwords.authenticate"),
		"a wrong password in B2C":            passwords("b2c.passwords.existing_password.reset"),
		"a wrong password without a product": passwords("passwords.authenticate"),
		"an expired token":                   &stytcherror.TokenError{Op: op, Verdict: stytcherror.ErrTokenExpired.Verdict},
		"a forged token":                     stytcherror.ErrTokenSignature,
		"an unknown key":                     stytcherror.ErrKeyUnknown,
		"a verdict of tomorrow":              &stytcherror.TokenError{Op: op, Verdict: "invented"},
	},
	403: {
		"a denial in the process":        &stytcherror.PermissionError{Op: op, Reason: "no role has it"},
		"another organization":           stytcherror.ErrTenancyMismatch,
		"a denial by the API":            answer(403, stytcherror.CodeSessionAuthorizationError),
		"one in B2C":                     answer(403, stytcherror.CodeConsumerSessionAuthorizationError),
		"another organization's session": answer(403, stytcherror.CodeSessionAuthorizationTenancyError),
		"an action that is not allowed":  answer(403, stytcherror.CodeUnauthorizedAction),
		"a field for backends alone":     answer(401, stytcherror.CodeCannotUpdateTrustedMetadata),
		"an organization that is closed": answer(400, stytcherror.CodeEmailJITProvisioningNotAllowed),
	},
	404: {
		"no such organization":        answer(404, stytcherror.CodeOrganizationNotFound),
		"no such member":              answer(404, stytcherror.CodeMemberNotFound),
		"no such member of this one":  answer(400, stytcherror.CodeMemberDoesNotExistInOrganization),
		"no such user":                answer(404, stytcherror.CodeUserNotFound),
		"no TOTP":                     answer(400, stytcherror.CodeTOTPsNotFoundForUser),
		"no such thing, of tomorrow":  answer(404, "invented_not_found"),
		"no such thing, by code only": stytcherror.CodeMemberNotFound,
	},
	409: {"a conflict that the API calls one": answer(409, "invented_conflict")},
	429: {
		"a rate limit":             answer(429, stytcherror.CodeTooManyRequests),
		"a rate limit of whoever":  gateway(429),
		"a locked user":            answer(429, stytcherror.CodeUserLockLimitReached),
		"too many unused messages": answer(429, stytcherror.CodeTooFewTokensAuthenticated),
	},
	499: {
		"a caller that hung up":              context.Canceled,
		"one that hung up in a call":         noAnswer(fmt.Errorf("%w: %w", context.Canceled, io.EOF)),
		"one that hung up during the policy": &stytcherror.PolicyError{Op: op, Err: noAnswer(context.Canceled)},
	},
	500: {
		"a wrong secret":                 answer(401, stytcherror.CodeUnauthorizedCredentials),
		"a wrong secret, by code only":   stytcherror.CodeUnauthorizedCredentials,
		"a wrong secret for fraud":       answer(401, stytcherror.CodeUnauthorizedCredentialsError),
		"an unknown project":             answer(400, stytcherror.CodeInvalidProjectIDAuthentication),
		"a wrong M2M client":             answer(401, stytcherror.CodeInvalidClient),
		"a redirect URL that is missing": answer(400, stytcherror.CodeNoLoginRedirectURLsSet),
		"an OAuth provider not set up":   answer(404, stytcherror.CodeOAuthConfigNotFound),
		"an unknown path":                answer(404, stytcherror.CodeRouteNotFound),
		"a client that cannot be made":   &stytcherror.ArgumentError{Op: "NewClient", Field: "Secret", Reason: "is required"},
		"one of another package":         &stytcherror.ArgumentError{Op: "samlshield.NewClient", Field: "PublicToken", Reason: "is required"},
		"an error of somebody else":      io.ErrUnexpectedEOF,
		"a code that nobody knows":       stytcherror.Code("invented"),
		"no code":                        stytcherror.Code(""),
		"an answer without a status":     answer(0, "invented"),
	},
	502: {
		"an answer of another shape":   stytcherror.NewDecodeError(stytcherror.DecodeError{Op: op, StatusCode: 200}, nil),
		"an answer cut short":          stytcherror.NewDecodeError(stytcherror.DecodeError{Op: op, StatusCode: 200}, io.ErrUnexpectedEOF),
		"a failure of the API":         answer(500, stytcherror.CodeInternalServerError),
		"an operation that is missing": answer(501, "emulator_not_implemented"),
		"a gateway's refusal":          gateway(403),
		"a gateway's unknown path":     gateway(404),
		"a gateway's failure":          gateway(500),
		"an odd status":                gateway(599),
		"a refused redirect":           noAnswer(fmt.Errorf("%w: to elsewhere", stytcherror.ErrRedirect)),
	},
	503: {
		"no answer":                           noAnswer(io.EOF),
		"no answer, of no known cause":        noAnswer(nil),
		"no answer in time":                   noAnswer(context.DeadlineExceeded),
		"a deadline":                          context.DeadlineExceeded,
		"an API that is out of service":       answer(503, stytcherror.CodeServerUnavailable),
		"a gateway without a server":          gateway(502),
		"a gateway without an answer":         gateway(504),
		"a gateway that waited for us":        gateway(408),
		"a search that took too long":         answer(408, stytcherror.CodeSearchTimeout),
		"a search that did, by code only":     stytcherror.CodeSearchTimeout,
		"an API that took us for gone":        answer(499, stytcherror.CodeClientClosedRequest),
		"no keys":                             &stytcherror.TokenError{Op: op, Verdict: stytcherror.ErrKeysUnavailable.Verdict, Reason: "EOF"},
		"no policy":                           &stytcherror.PolicyError{Op: op, Err: noAnswer(io.EOF)},
		"no policy, since the API refused it": &stytcherror.PolicyError{Op: op, Err: gateway(404)},
		"no policy, since it cannot be read":  &stytcherror.PolicyError{Op: op, Err: stytcherror.NewDecodeError(stytcherror.DecodeError{}, nil)},
		"no policy, for no known reason":      &stytcherror.PolicyError{Op: op},
		"no policy, since there was no time":  &stytcherror.PolicyError{Op: op, Err: context.DeadlineExceeded},
		"no answer, whatever caused it":       noAnswer(answer(404, stytcherror.CodeMemberNotFound)),
	},
}

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

func TestHTTPStatus_looksThroughWrapping(t *testing.T) {
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
				"of a page":        &shared.PageError{Cursor: "c", Err: err},
				"with a cause":     fmt.Errorf("%w: %w", io.EOF, err),
				"joined to itself": errors.Join(err, err),
			} {
				assert.Equal(t, want, stytcherror.HTTPStatus(wrapped), "%s, %s", name, how)
			}
		}
	}
	t.Run("of several, the first counts", func(t *testing.T) {
		t.Parallel()
		missing, denied := answer(404, stytcherror.CodeMemberNotFound), error(stytcherror.ErrTenancyMismatch)
		assert.Equal(t, 404, stytcherror.HTTPStatus(errors.Join(missing, denied)))
		assert.Equal(t, 403, stytcherror.HTTPStatus(errors.Join(denied, missing)))
		assert.Equal(t, 404, stytcherror.HTTPStatus(errors.Join(context.Canceled, missing)))
	})
}

// Later tries help against these alone.
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
