package sessions_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/b2b/mfa"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/sessions"
)

const (
	phone = "+12025550162"
	app   = "member-totp-test-1"
)

// primaries are the primary factors that a response may require, and the methods that NextStep returns for them.
var primaries = []struct {
	name    string
	given   *sessions.PrimaryRequired
	methods []string
}{
	{"no primary factor", nil, nil},
	{"any primary factor", &sessions.PrimaryRequired{}, nil},
	{
		"one of two primary factors",
		&sessions.PrimaryRequired{AllowedAuthMethods: []string{organizations.AuthMethodSSO, "new_method"}},
		[]string{"sso", "new_method"},
	},
}

// seconds are the second factors that a response may require, and the methods that NextStep returns for them.
var seconds = []struct {
	name    string
	given   *mfa.MFARequired
	methods []string
	sent    bool
}{
	{"no second factor", nil, nil, false},
	{"a second factor without options", &mfa.MFARequired{}, nil, false},
	{"a second factor with empty options", &mfa.MFARequired{MemberOptions: &mfa.MemberOptions{}}, nil, false},
	{"a phone", &mfa.MFARequired{MemberOptions: &mfa.MemberOptions{MFAPhoneNumber: phone}}, []string{"sms_otp"}, false},
	{"an app", &mfa.MFARequired{MemberOptions: &mfa.MemberOptions{TOTPRegistrationID: app}}, []string{"totp"}, false},
	{
		"a phone or an app",
		&mfa.MFARequired{MemberOptions: &mfa.MemberOptions{MFAPhoneNumber: phone, TOTPRegistrationID: app}},
		[]string{"sms_otp", "totp"}, false,
	},
	{
		"a phone that a code was sent to",
		&mfa.MFARequired{
			MemberOptions:          &mfa.MemberOptions{MFAPhoneNumber: phone},
			SecondaryAuthInitiated: organizations.MFAMethodSMSOTP,
		},
		[]string{"sms_otp"}, true,
	},
	{
		"an app or a phone that a code was sent to",
		&mfa.MFARequired{
			MemberOptions:          &mfa.MemberOptions{MFAPhoneNumber: phone, TOTPRegistrationID: app},
			SecondaryAuthInitiated: organizations.MFAMethodSMSOTP,
		},
		[]string{"sms_otp", "totp"}, true,
	},
	{
		"a code that was sent, without options",
		&mfa.MFARequired{SecondaryAuthInitiated: organizations.MFAMethodSMSOTP}, nil, true,
	},
	{
		"an unknown method that was initiated",
		&mfa.MFARequired{
			MemberOptions: &mfa.MemberOptions{MFAPhoneNumber: phone}, SecondaryAuthInitiated: "new_method",
		},
		[]string{"sms_otp"}, false,
	},
}

func TestNextStep(t *testing.T) {
	t.Parallel()
	for _, primary := range primaries {
		for _, second := range seconds {
			for _, authenticated := range []bool{false, true} {
				name := fmt.Sprintf("%s, %s, authenticated: %t", primary.name, second.name, authenticated)
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					want := sessions.Step{Kind: sessions.StepUnknown}
					switch { // in the order of precedence
					case authenticated:
						want = sessions.Step{Kind: sessions.StepDone}
					case primary.given != nil:
						want = sessions.Step{Kind: sessions.StepPrimary, Methods: primary.methods}
					case second.given != nil:
						want = sessions.Step{Kind: sessions.StepMFA, Methods: second.methods, CodeSent: second.sent}
					}
					assert.Equal(t, want, sessions.NextStep(authenticated, primary.given, second.given))
				})
			}
		}
	}
}

func TestNextStep_copiesMethods(t *testing.T) {
	t.Parallel()
	answer := &sessions.PrimaryRequired{AllowedAuthMethods: []string{"sso"}}
	sessions.NextStep(false, answer, nil).Methods[0] = "password"
	assert.Equal(t, []string{"sso"}, answer.AllowedAuthMethods)
}

func TestExchangeResponse_Next(t *testing.T) {
	t.Parallel()
	for want, resp := range map[sessions.StepKind]sessions.ExchangeResponse{
		sessions.StepDone:    {MemberAuthenticated: true, MemberSession: &sessions.MemberSession{}},
		sessions.StepPrimary: {PrimaryRequired: &sessions.PrimaryRequired{}, MFARequired: &mfa.MFARequired{}},
		sessions.StepMFA:     {MFARequired: &mfa.MFARequired{}},
		sessions.StepUnknown: {},
	} {
		assert.Equal(t, want, resp.Next().Kind)
	}
}
