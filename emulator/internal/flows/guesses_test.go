package flows_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/idp"
	"github.com/seed75add069/stytch-go/b2b/otps/email"
	"github.com/seed75add069/stytch-go/b2b/otps/sms"
	"github.com/seed75add069/stytch-go/b2b/passwords"
	passwordsdiscovery "github.com/seed75add069/stytch-go/b2b/passwords/discovery"
	"github.com/seed75add069/stytch-go/b2b/passwords/existingpassword"
	"github.com/seed75add069/stytch-go/b2b/recoverycodes"
	"github.com/seed75add069/stytch-go/b2b/totps"
	"github.com/seed75add069/stytch-go/b2c/connectedapp"
	"github.com/seed75add069/stytch-go/b2c/m2m"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// guess is a call with a secret, be it the right one or a wrong one.
type guess func(c *stytch.Client, right bool) error

// either is right or wrong.
func either(isRight bool, right, wrong string) string {
	if isRight {
		return right
	}
	return wrong
}

// proofs are a member's: a session, and what else proves who the member is, beside the password strong.
type proofs struct{ memberID, session, emailCode, smsCode, totpCode, recoveryCode string }

// withProofs is a new member with a password and two second factors, to whom codes were sent.
func (h *harness) withProofs() proofs {
	h.t.Helper()
	h.create("ada@example.com")
	v := h.setPassword("example", "ada@example.com", strong)
	app := h.addTOTP("example", v.MemberID, v.SessionToken)
	h.addPhone("example", v.MemberID, v.SessionToken)
	_, err := h.sendSMS("example", v.MemberID)
	require.NoError(h.t, err)
	return proofs{
		memberID: v.MemberID, session: v.SessionToken, emailCode: h.code("example", "ada@example.com"),
		smsCode: h.WaitMessage(phone).Code, totpCode: h.shown(app.Secret), recoveryCode: app.RecoveryCodes[0],
	}
}

// guessable are the operations at which a secret can be guessed. Each returns the guess, and the refusals of a wrong one
// and of one too many. A right one begins the count anew, unless it is counted by the minute.
var guessable = map[string]func(h *harness) (try guess, wrong, tooMany stytcherror.Code){
	"email code": func(h *harness) (guess, stytcherror.Code, stytcherror.Code) {
		code := h.withProofs().emailCode
		return func(c *stytch.Client, right bool) error {
			_, err := c.B2B.OTPs.Email.Authenticate(h.t.Context(), &email.AuthenticateRequest{
				OrganizationID: "example", EmailAddress: "ada@example.com", Code: either(right, code, wrong(code)),
			})
			return err
		}, stytcherror.CodeOTPCodeNotFound, stytcherror.CodeUserLockLimitReached
	},
	"password": func(h *harness) (guess, stytcherror.Code, stytcherror.Code) {
		h.withProofs()
		return func(c *stytch.Client, right bool) error {
			_, err := c.B2B.Passwords.Authenticate(h.t.Context(), &passwords.AuthenticateRequest{
				OrganizationID: "example", EmailAddress: "ada@example.com", Password: either(right, strong, another),
			})
			return err
		}, stytcherror.CodeUnauthorizedCredentials, stytcherror.CodeUserLockLimitReached
	},
	"existing password": func(h *harness) (guess, stytcherror.Code, stytcherror.Code) {
		h.withProofs()
		return func(c *stytch.Client, right bool) error {
			_, err := c.B2B.Passwords.ExistingPassword.Reset(h.t.Context(), &existingpassword.ResetRequest{
				OrganizationID: "example", EmailAddress: "ada@example.com",
				ExistingPassword: either(right, strong, another), NewPassword: strong + "!",
			})
			return err
		}, stytcherror.CodePasswordDoesNotMatch, stytcherror.CodeUserLockLimitReached
	},
	"password of all organizations": func(h *harness) (guess, stytcherror.Code, stytcherror.Code) {
		h.setPasswords(emulator.PasswordSettings{CrossOrganization: true})
		_, err := h.discoverReset("ada@example.com", strong)
		require.NoError(h.t, err)
		return func(c *stytch.Client, right bool) error {
			_, err := c.B2B.Passwords.Discovery.Authenticate(h.t.Context(), &passwordsdiscovery.AuthenticateRequest{
				EmailAddress: "ada@example.com", Password: either(right, strong, another),
			})
			return err
		}, stytcherror.CodeUnauthorizedCredentials, stytcherror.CodeUserLockLimitReached
	},
	"text message": func(h *harness) (guess, stytcherror.Code, stytcherror.Code) {
		s := h.withProofs()
		return func(c *stytch.Client, right bool) error {
			_, err := c.B2B.OTPs.SMS.Authenticate(h.t.Context(), &sms.AuthenticateRequest{
				OrganizationID: "example", MemberID: s.memberID, SessionToken: &s.session,
				Code: either(right, s.smsCode, wrong(s.smsCode)),
			})
			return err
		}, stytcherror.CodeOTPCodeNotFound, stytcherror.CodeUserLockLimitReached
	},
	"authenticator app": func(h *harness) (guess, stytcherror.Code, stytcherror.Code) {
		s := h.withProofs()
		return func(c *stytch.Client, right bool) error {
			_, err := c.B2B.TOTPs.Authenticate(h.t.Context(), &totps.AuthenticateRequest{
				OrganizationID: "example", MemberID: s.memberID, SessionToken: &s.session,
				Code: either(right, s.totpCode, wrong(s.totpCode)),
			})
			return err
		}, stytcherror.CodeUnableToAuthenticateTOTP, stytcherror.CodeUserLockLimitReached
	},
	"recovery code": func(h *harness) (guess, stytcherror.Code, stytcherror.Code) {
		s := h.withProofs()
		return func(c *stytch.Client, right bool) error {
			_, err := c.B2B.RecoveryCodes.Recover(h.t.Context(), &recoverycodes.RecoverRequest{
				OrganizationID: "example", MemberID: s.memberID, SessionToken: &s.session,
				RecoveryCode: either(right, s.recoveryCode, "a1b2-c3d4-e5f6"),
			})
			return err
		}, stytcherror.CodeUnableToAuthenticateRecoveryCode, stytcherror.CodeUserLockLimitReached
	},
	"secret of an M2M client": func(h *harness) (guess, stytcherror.Code, stytcherror.Code) {
		client := h.machine(nil)
		return func(c *stytch.Client, right bool) error {
			_, err := c.B2B.M2M.Token(h.t.Context(), &m2m.TokenRequest{
				ClientID: client.ClientID, ClientSecret: either(right, client.ClientSecret, "wrong"),
			})
			return err
		}, stytcherror.CodeInvalidClient, stytcherror.CodeTooManyRequests
	},
	"secret of a Connected App": func(h *harness) (guess, stytcherror.Code, stytcherror.Code) {
		app := h.newApp(connectedapp.ClientTypeThirdParty, nil)
		return func(c *stytch.Client, right bool) error {
			_, err := c.B2B.IDP.IntrospectTokenNetwork(h.t.Context(), &idp.IntrospectTokenNetworkRequest{
				Token: "x", ClientID: app.ClientID, ClientSecret: new(either(right, app.ClientSecret, "wrong")),
			})
			if errors.Is(err, stytcherror.ErrTokenInactive) {
				return nil // the secret is right
			}
			return err
		}, stytcherror.CodeInvalidClient, stytcherror.CodeTooManyRequests
	},
}

// noon is a time at which a minute begins.
var noon = time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)

func TestGuesses_tenOfAHundredAtOnceAreTried(t *testing.T) {
	t.Parallel()
	for name, prepare := range guessable {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, still(noon))
			try, wrong, tooMany := prepare(h)
			assert.Equal(t, map[stytcherror.Code]int{wrong: 10, tooMany: 90},
				h.guessInParallel(func(c *stytch.Client) error { return try(c, false) }))
			require.ErrorIs(t, try(h.once(), true), tooMany, "nor is the right one")
		})
	}
}

// Whoever knows the secret begins the count anew: ten wrong ones can be tried after the right one, and nine before it.
func TestGuesses_rightOneAmongAHundredAllowsNoMoreThanTenAfterIt(t *testing.T) {
	t.Parallel()
	for name, prepare := range guessable {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, still(noon))
			try, wrong, tooMany := prepare(h)
			var n atomic.Int32
			counts := h.guessInParallel(func(c *stytch.Client) error { return try(c, n.Add(1) == 8) })
			assert.Equal(t, 100, counts[""]+counts[wrong]+counts[tooMany], "%v", counts)
			most := 10
			if counts[""] == 1 && tooMany == stytcherror.CodeUserLockLimitReached {
				most = 19
			}
			assert.GreaterOrEqual(t, counts[wrong], 9)
			assert.LessOrEqual(t, counts[wrong], most)
		})
	}
}

func TestGuesses_rightPasswordsLockNobody(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"password", "password of all organizations"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, still(noon))
			try, wrong, tooMany := guessable[name](h)
			for range 9 {
				require.ErrorIs(t, try(h.once(), false), wrong)
			}
			assert.Equal(t, map[stytcherror.Code]int{"": 100},
				h.guessInParallel(func(c *stytch.Client) error { return try(c, true) }))
			for range 10 {
				require.ErrorIs(t, try(h.once(), false), wrong, "the count has begun anew")
			}
			require.ErrorIs(t, try(h.once(), true), tooMany)
		})
	}
}

// A right password counts as no failure, even where the login is not complete, so that it does not begin the count anew.
func TestGuesses_rightPasswordWithoutASecondFactorKeepsTheCount(t *testing.T) {
	t.Parallel()
	h := newHarness(t, still(noon))
	try, wrong, tooMany := guessable["password"](h)
	h.alter("organizations", "organization_slug", "example", object{"mfa_policy": "REQUIRED_FOR_ALL"})
	for range 9 {
		require.ErrorIs(t, try(h.once(), false), wrong)
	}
	assert.Equal(t, map[stytcherror.Code]int{"": 100},
		h.guessInParallel(func(c *stytch.Client) error { return try(c, true) }))
	require.ErrorIs(t, try(h.once(), false), wrong)
	require.ErrorIs(t, try(h.once(), true), tooMany)
}

// once is a client over a connection, as [harness.guessInParallel] has them, which tries no call again.
func (h *harness) once() *stytch.Client {
	h.t.Helper()
	return h.NewClient(stytch.Config{BaseURL: h.URL(), Retry: shared.RetryPolicy{MaxAttempts: 1}})
}

// guessInParallel makes a hundred calls at once, over connections of four clients, and counts their refusals. Those that
// succeed have no code.
func (h *harness) guessInParallel(guess func(*stytch.Client) error) map[stytcherror.Code]int {
	h.t.Helper()
	var group sync.WaitGroup
	outcomes := make(chan error, 100)
	for range 4 {
		client := h.once()
		for range cap(outcomes) / 4 {
			group.Go(func() { outcomes <- guess(client) })
		}
	}
	group.Wait()
	close(outcomes)
	counts := map[stytcherror.Code]int{}
	for err := range outcomes {
		refusal, ok := errors.AsType[*stytcherror.Error](err)
		require.True(h.t, ok || err == nil, "%v", err)
		if ok {
			counts[refusal.Code]++
		} else {
			counts[""]++
		}
	}
	return counts
}
