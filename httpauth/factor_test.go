package httpauth_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytchtest"
)

var allFactors = []httpauth.FactorKind{
	httpauth.FactorEmail, httpauth.FactorSMS, httpauth.FactorTOTP, httpauth.FactorRecoveryCode,
	httpauth.FactorWebAuthn, httpauth.FactorPassword, httpauth.FactorOAuth, httpauth.FactorSSO,
}

// Each kind of factor counts as itself and as no other, and only for as long as it is recent.
func TestFactor_ofEachKind(t *testing.T) {
	t.Parallel()
	for _, kind := range allFactors {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			v := s.LogIn("ada@example.com",
				stytchtest.WithFactor(httpauth.FactorEmail, time.Hour), stytchtest.WithFactor(kind, 10*time.Minute))
			for _, asked := range allFactors {
				want := httpauth.ReasonStepUp
				if asked == kind || asked == httpauth.FactorEmail {
					want = ""
				}
				assert.Equal(t, want, s.answerOf(t, v.SessionJWT, httpauth.Factor(asked)), "Factor(%s)", asked)
				if asked != kind {
					want = httpauth.ReasonStepUp
				}
				assert.Equal(t, want, s.answerOf(t, v.SessionJWT, httpauth.FreshWithin(11*time.Minute, asked)),
					"FreshWithin(11m, %s)", asked)
			}
			assert.Equal(t, httpauth.ReasonStepUp, s.answerOf(t, v.SessionJWT, httpauth.FreshWithin(9*time.Minute, kind)))
			assert.Equal(t, httpauth.ReasonStepUp, s.answerOf(t, v.SessionJWT, httpauth.FreshWithin(9*time.Minute)))
			assert.Empty(t, s.answerOf(t, v.SessionJWT, httpauth.FreshWithin(11*time.Minute)))
			assert.Empty(t, s.answerOf(t, v.SessionJWT, httpauth.Factor(allFactors...)), "one of several is enough")
			two := httpauth.ReasonStepUp
			if kind != httpauth.FactorEmail {
				two = ""
			}
			assert.Equal(t, two, s.answerOf(t, v.SessionJWT, httpauth.Factor()), "two different kinds")
		})
	}
}

// provedNow returns a factor that was proved a minute ago.
func (s *site) provedNow(
	kind b2csessions.AuthenticationFactorType, by b2csessions.AuthenticationFactorDeliveryMethod,
) b2csessions.AuthenticationFactor {
	return b2csessions.AuthenticationFactor{
		Type: kind, DeliveryMethod: by, LastAuthenticatedAt: s.Clock().Now().Add(-time.Minute).Truncate(time.Second),
	}
}

func TestFactor_ofSessionsAsTheAPIDescribesThem(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const (
		link, otp = b2csessions.AuthenticationFactorTypeMagicLink, b2csessions.AuthenticationFactorTypeOTP
		byEmail   = b2csessions.AuthenticationFactorDeliveryMethodEmail
		bySMS     = b2csessions.AuthenticationFactorDeliveryMethodSMS
		whatsApp  = b2csessions.AuthenticationFactorDeliveryMethodWhatsApp
	)
	code := b2csessions.AuthenticationFactorTypeEmailOTP
	old := s.provedNow(link, byEmail)
	old.LastAuthenticatedAt = old.LastAuthenticatedAt.Add(-time.Hour)
	never := s.provedNow(b2csessions.AuthenticationFactorTypeTOTP, b2csessions.AuthenticationFactorDeliveryMethodAuthenticatorApp)
	never.LastAuthenticatedAt = time.Time{}
	imported := s.provedNow(b2csessions.AuthenticationFactorTypeImported, b2csessions.AuthenticationFactorDeliveryMethodImportedAuth0)
	const refused = httpauth.ReasonStepUp
	email, sms := httpauth.FactorEmail, httpauth.FactorSMS
	list := func(f ...b2csessions.AuthenticationFactor) []b2csessions.AuthenticationFactor {
		return append([]b2csessions.AuthenticationFactor{}, f...)
	}
	for name, tt := range map[string]struct {
		factors []b2csessions.AuthenticationFactor
		rule    httpauth.Rule
		want    httpauth.Reason
	}{
		"a link by e-mail is email":                   {list(s.provedNow(link, byEmail)), httpauth.Factor(email), ""},
		"a code by e-mail is email":                   {list(s.provedNow(otp, byEmail)), httpauth.Factor(email), ""},
		"a code of the type email_otp is email":       {list(s.provedNow(code, byEmail)), httpauth.Factor(email), ""},
		"a code by SMS is sms":                        {list(s.provedNow(otp, bySMS)), httpauth.Factor(sms), ""},
		"a code by WhatsApp is sms":                   {list(s.provedNow(otp, whatsApp)), httpauth.Factor(sms), ""},
		"a link that the application made is none":    {list(s.provedNow(link, "embedded")), httpauth.Factor(allFactors...), refused},
		"an imported session is none":                 {list(imported), httpauth.Factor(allFactors...), refused},
		"an imported session is not recent":           {list(imported), httpauth.FreshWithin(time.Hour), refused},
		"a type that is not known is none":            {list(s.provedNow("telepathy", "mind")), httpauth.FreshWithin(time.Hour), refused},
		"none is proved":                              {list(), httpauth.FreshWithin(time.Hour), refused},
		"two of one kind are not two":                 {list(s.provedNow(link, byEmail), s.provedNow(otp, byEmail)), httpauth.Factor(), refused},
		"SMS and WhatsApp are not two":                {list(s.provedNow(otp, bySMS), s.provedNow(otp, whatsApp)), httpauth.Factor(), refused},
		"e-mail and SMS are two":                      {list(s.provedNow(otp, byEmail), s.provedNow(otp, bySMS)), httpauth.Factor(), ""},
		"one and an imported one are not two":         {list(s.provedNow(link, byEmail), imported), httpauth.Factor(), refused},
		"the third is of another kind":                {list(s.provedNow(link, byEmail), old, s.provedNow(otp, bySMS)), httpauth.Factor(), ""},
		"of two of a kind, the recent one counts":     {list(old, s.provedNow(otp, byEmail)), httpauth.FreshWithin(5*time.Minute, email), ""},
		"a recent one of another kind does not count": {list(old, s.provedNow(otp, bySMS)), httpauth.FreshWithin(5*time.Minute, email), refused},
		"one without a time is not recent":            {list(never), httpauth.FreshWithin(time.Hour), refused},
		"one without a time was proved all the same":  {list(never), httpauth.Factor(httpauth.FactorTOTP), ""},
		"a minute ago is within two minutes":          {list(s.provedNow(link, byEmail)), httpauth.FreshWithin(2 * time.Minute), ""},
		"a minute ago is not within half a minute":    {list(s.provedNow(link, byEmail)), httpauth.FreshWithin(30 * time.Second), refused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			jwt := s.MintSessionJWT(stytchtest.Session{Factors: tt.factors})
			assert.Equal(t, tt.want, s.answerOf(t, jwt, tt.rule))
		})
	}
}

func TestFactor_allOfSeveralRulesCount(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com", stytchtest.WithFactor(httpauth.FactorTOTP, time.Hour))
	proved, recent := httpauth.Factor(httpauth.FactorTOTP), httpauth.FreshWithin(time.Minute, httpauth.FactorTOTP)
	assert.Empty(t, s.answerOf(t, v.SessionJWT, proved, httpauth.FreshWithin(time.Minute)))
	assert.Equal(t, httpauth.ReasonStepUp, s.answerOf(t, v.SessionJWT, proved, recent))
	assert.Equal(t, httpauth.ReasonStepUp, s.answerOf(t, v.SessionJWT, recent, proved))
}

func TestFactor_machinesAndAppsProveNone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com")
	for _, rule := range []httpauth.Rule{httpauth.Factor(httpauth.FactorEmail), httpauth.FreshWithin(time.Hour)} {
		assert.Equal(t, httpauth.ReasonStepUp, s.answerOf(t, s.machineToken("a"), httpauth.Machines("a"), rule))
		assert.Equal(t, httpauth.ReasonStepUp, s.answerOf(t, s.appToken(v, "a"), httpauth.Apps("a"), rule))
	}
}

// Who impersonates somebody has proved nothing, whatever else the session has.
func TestFactor_isNotPassedByAnImpersonator(t *testing.T) {
	t.Parallel()
	for name, details := range map[string]*b2csessions.ImpersonatedFactor{
		"with an id":     {ImpersonatorID: "support@example.com", ImpersonatorEmailAddress: "support@example.com"},
		"without an id":  {},
		"with no detail": nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			f := s.provedNow(b2csessions.AuthenticationFactorTypeImpersonated, b2csessions.AuthenticationFactorDeliveryMethodImpersonation)
			f.ImpersonatedFactor = details
			email := s.provedNow(b2csessions.AuthenticationFactorTypeMagicLink, b2csessions.AuthenticationFactorDeliveryMethodEmail)
			jwt := s.MintSessionJWT(stytchtest.Session{Factors: []b2csessions.AuthenticationFactor{email, f}})
			assert.Equal(t, httpauth.ReasonStepUp, s.answerOf(t, jwt, httpauth.Factor(httpauth.FactorEmail)))
			assert.Equal(t, httpauth.ReasonStepUp, s.answerOf(t, jwt, httpauth.FreshWithin(time.Hour)))
			var by string
			assert.Empty(t, s.answerOf(t, jwt, httpauth.Allow(func(_ *http.Request, p *httpauth.Principal) error {
				by = p.Impersonator
				return nil
			})))
			assert.NotEmpty(t, by)
			if details != nil && details.ImpersonatorID != "" {
				assert.Equal(t, details.ImpersonatorID, by)
			}
		})
	}
}

// A refresh of a session proves no factor again.
func TestFreshWithin_aRefreshDoesNotCount(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com", stytchtest.WithFactor(httpauth.FactorEmail, time.Minute))
	rule := httpauth.FreshWithin(5 * time.Minute)
	require.Equal(t, http.StatusOK, s.get(request(http.MethodGet, "/", s.cookies(v)...), rule).Code)
	s.expireJWTs()
	before := s.refreshes()
	w := s.get(request(http.MethodGet, "/", s.cookies(v)...), rule)
	assert.Equal(t, httpauth.ReasonStepUp, errorOf(t, w))
	assert.Equal(t, before+1, s.refreshes())
	cookies, _ := kept(w)
	assert.NotEmpty(t, cookies, "the JWT is fresh")
	assert.Equal(t, httpauth.ReasonStepUp, errorOf(t, s.get(request(http.MethodGet, "/", s.cookies(v)...), rule, httpauth.Remote())))
}
