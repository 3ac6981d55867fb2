package stytchtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/shared"
)

// LogInOption is an option of [Server.LogIn]. It can be used for several logins.
type LogInOption func(*logIn) error

// logIn is one login and its options.
type logIn struct {
	email   string
	token   string // of the intermediate session
	slug    string
	roles   *[]string
	claims  shared.Object
	factors []provedFactor
}

type provedFactor struct {
	kind string
	age  time.Duration
}

// InOrganization logs in to the organization with a slug, id or external id, and makes the person a member, whatever
// its rules. If there is none, it is created with that slug, and the test's log says so: upper and lower case differ.
func InOrganization(slug string) LogInOption {
	return func(l *logIn) error {
		if slug == "" {
			return errors.New("InOrganization: the slug is empty")
		}
		l.slug = slug
		return nil
	}
}

// WithRoles gives the member these roles and stytch_member. Others are taken away, an organization's creator's
// stytch_admin too, but not roles that the organization gives to an e-mail domain. A role that neither the organization
// nor the project has is added to the project's policy, without permissions; SetOrgPolicy then refuses its id, so call
// that before. The last WithRoles counts.
func WithRoles(ids ...string) LogInOption {
	ids = slices.Clone(ids)
	return func(l *logIn) error {
		l.roles = &ids
		return nil
	}
}

// factorKinds are the kinds of factors that [WithFactor] knows.
var factorKinds = []string{"email", "sms", "totp", "recovery_code", "webauthn", "password", "oauth", "sso"}

// WithFactor gives the session a factor that was proved some time ago, cut to whole seconds. The kinds are email, sms,
// totp, recovery_code, webauthn, password, oauth and sso, as strings or as the FactorKind of package httpauth. For
// email, the login's own factor gets the time. Of several factors of a kind, the last counts.
func WithFactor[K ~string](kind K, age time.Duration) LogInOption {
	return func(l *logIn) error {
		if !slices.Contains(factorKinds, string(kind)) || age < 0 {
			return fmt.Errorf("WithFactor(%q, %v): want one of %s, and an age that is not negative",
				string(kind), age, strings.Join(factorKinds, ", "))
		}
		l.factors = append(l.factors, provedFactor{string(kind), age})
		return nil
	}
}

// WithClaims sets the session's custom claims. As in the API, names of registered claims (RFC 7519, section 4.1) are
// ignored. The map is copied. The last WithClaims counts.
func WithClaims(claims map[string]any) LogInOption {
	data, err := json.Marshal(shared.Object(claims))
	return func(l *logIn) error {
		if err != nil {
			return fmt.Errorf("WithClaims: %w", err)
		}
		l.claims = nil
		return json.Unmarshal(data, &l.claims)
	}
}

// factor returns the factor for a session that has been issued for a magic link. But for that of the link, its ids are
// the same in every session.
func (p provedFactor) factor(issued []sessions.AuthenticationFactor) sessions.AuthenticationFactor {
	const id = "-test-00000000-0000-4000-8000-000000000000"
	var link, f sessions.AuthenticationFactor
	if len(issued) > 0 {
		link = issued[0]
	}
	switch p.kind {
	case "email":
		f = link
	case "sms":
		f.Type, f.DeliveryMethod = sessions.AuthenticationFactorTypeOTP, sessions.AuthenticationFactorDeliveryMethodSMS
		f.PhoneNumberFactor = &sessions.PhoneNumberFactor{PhoneID: "phone-number" + id, PhoneNumber: "+12025550162"}
	case "totp":
		f.Type = sessions.AuthenticationFactorTypeTOTP
		f.DeliveryMethod = sessions.AuthenticationFactorDeliveryMethodAuthenticatorApp
		f.AuthenticatorAppFactor = &sessions.AuthenticatorAppFactor{TOTPID: "member-totp" + id}
	case "recovery_code":
		f.Type = sessions.AuthenticationFactorTypeRecoveryCodes
		f.DeliveryMethod = sessions.AuthenticationFactorDeliveryMethodRecoveryCode
		f.RecoveryCodeFactor = &sessions.RecoveryCodeFactor{TOTPRecoveryCodeID: "member-totp-recovery-code" + id}
	case "webauthn":
		f.Type = sessions.AuthenticationFactorTypeWebAuthn
		f.DeliveryMethod = sessions.AuthenticationFactorDeliveryMethodWebAuthnRegistration
		f.WebAuthnFactor = &sessions.WebAuthnFactor{
			WebAuthnRegistrationID: "webauthn-registration" + id, Domain: "example.com",
		}
	case "password":
		f.Type = sessions.AuthenticationFactorTypePassword
		f.DeliveryMethod = sessions.AuthenticationFactorDeliveryMethodKnowledge
	case "oauth":
		f.Type = sessions.AuthenticationFactorTypeOAuth
		f.DeliveryMethod = sessions.AuthenticationFactorDeliveryMethodOAuthGoogle
		f.GoogleOAuthFactor = &sessions.GoogleOAuthFactor{
			ID: "oauth-member" + id, ProviderSubject: "100000000000000000001",
		}
		if link.EmailFactor != nil {
			f.GoogleOAuthFactor.EmailID = link.EmailFactor.EmailID
		}
	case "sso":
		f.Type = sessions.AuthenticationFactorTypeSSO
		f.DeliveryMethod = sessions.AuthenticationFactorDeliveryMethodSSOOIDC
		f.OIDCSSOFactor = &sessions.OIDCSSOFactor{
			ID: "oidc-member-registration" + id, ProviderID: "oidc-connection" + id, ExternalID: "example-subject",
		}
	}
	return f
}
