package httpauth

import (
	"slices"
	"time"

	"github.com/seed75add069/stytch-go/b2c/sessions"
)

// FactorKind is a kind of authentication factor.
type FactorKind string

// The kinds of factors.
const (
	FactorEmail        FactorKind = "email"         // link or code
	FactorSMS          FactorKind = "sms"           // WhatsApp too
	FactorTOTP         FactorKind = "totp"          // a code of an authenticator app
	FactorRecoveryCode FactorKind = "recovery_code" // in place of the authenticator app
	FactorWebAuthn     FactorKind = "webauthn"      // passkeys too
	FactorPassword     FactorKind = "password"
	FactorOAuth        FactorKind = "oauth" // of any provider
	FactorSSO          FactorKind = "sso"   // SAML or OIDC
)

var factorKinds = []FactorKind{
	FactorEmail, FactorSMS, FactorTOTP, FactorRecoveryCode, FactorWebAuthn, FactorPassword, FactorOAuth, FactorSSO,
}

// kindOf returns a factor's kind, or "" if it is none of those that rules can name, such as an imported or impersonated
// session, or a link that the application itself made.
func kindOf(f *sessions.AuthenticationFactor) FactorKind {
	switch f.Type {
	case sessions.AuthenticationFactorTypeMagicLink, sessions.AuthenticationFactorTypeOTP,
		sessions.AuthenticationFactorTypeEmailOTP:
		switch f.DeliveryMethod {
		case sessions.AuthenticationFactorDeliveryMethodEmail:
			return FactorEmail
		case sessions.AuthenticationFactorDeliveryMethodSMS, sessions.AuthenticationFactorDeliveryMethodWhatsApp:
			return FactorSMS
		default:
			return ""
		}
	case sessions.AuthenticationFactorTypeTOTP:
		return FactorTOTP
	case sessions.AuthenticationFactorTypeRecoveryCodes:
		return FactorRecoveryCode
	case sessions.AuthenticationFactorTypeWebAuthn:
		return FactorWebAuthn
	case sessions.AuthenticationFactorTypePassword:
		return FactorPassword
	case sessions.AuthenticationFactorTypeOAuth:
		return FactorOAuth
	case sessions.AuthenticationFactorTypeSSO:
		return FactorSSO
	default:
		return ""
	}
}

// factorRule is what a session must have proved.
type factorRule struct {
	kinds []FactorKind // none: any
	// within is how recently; zero means at any time.
	within time.Duration
	// two requires factors of two different kinds.
	two bool
}

// isMetBy reports whether a principal has proved what r wants. Machines and apps prove no factors; who impersonates
// somebody, and who was last vouched for before an outage, passes none that must be recent.
func (r *factorRule) isMetBy(p *Principal, now time.Time) bool {
	if p.Impersonator != "" || p.Stale && r.within > 0 {
		return false
	}
	var first FactorKind
	for i := range p.Factors {
		f := &p.Factors[i]
		kind := kindOf(f)
		switch {
		case kind == "" || len(r.kinds) > 0 && !slices.Contains(r.kinds, kind):
		case r.within > 0 && now.Sub(f.LastAuthenticatedAt) > r.within:
		case !r.two || first != "" && kind != first:
			return true
		default:
			first = kind
		}
	}
	return false
}

func isFactorKind(k FactorKind) bool { return slices.Contains(factorKinds, k) }
