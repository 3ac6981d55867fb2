package emulator

import (
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/b2b/mfa"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	b2bsessions "github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/b2c/sessions"
)

// emailProvingMethods are the methods that can prove an e-mail address, in the API's order.
var emailProvingMethods = []string{
	organizations.AuthMethodSSO, organizations.AuthMethodMagicLink, organizations.AuthMethodPassword,
	organizations.AuthMethodGoogleOAuth, organizations.AuthMethodMicrosoftOAuth, organizations.AuthMethodEmailOTP,
}

// magicLinkFactor is the factor of a magic link that was sent to an address and authenticated now.
func (c *call) magicLinkFactor(email string) sessions.AuthenticationFactor {
	return sessions.AuthenticationFactor{
		Type:                sessions.AuthenticationFactorTypeMagicLink,
		DeliveryMethod:      sessions.AuthenticationFactorDeliveryMethodEmail,
		LastAuthenticatedAt: c.now, CreatedAt: c.now, UpdatedAt: c.now,
		EmailFactor: &sessions.EmailFactor{EmailID: c.ids.id("email"), EmailAddress: email},
	}
}

// methodOf is the auth method that a factor counts as. It is empty for a second factor.
func methodOf(f *sessions.AuthenticationFactor) string {
	switch f.Type {
	case sessions.AuthenticationFactorTypeMagicLink, sessions.AuthenticationFactorTypeEmailOTP,
		sessions.AuthenticationFactorTypePassword, sessions.AuthenticationFactorTypeSSO:
		return string(f.Type) // the method has the same name
	case sessions.AuthenticationFactorTypeOAuth:
		provider := strings.TrimPrefix(strings.TrimPrefix(string(f.DeliveryMethod), "oauth_"), "exchange_")
		return provider + "_oauth"
	default:
		return ""
	}
}

// isSecond reports whether a factor is a second one for MFA.
func isSecond(f sessions.AuthenticationFactor) bool {
	return f.Type == sessions.AuthenticationFactorTypeOTP || f.Type == sessions.AuthenticationFactorTypeTOTP ||
		f.Type == sessions.AuthenticationFactorTypeRecoveryCodes
}

// provesEmail reports whether one of the factors proves the address. Passwords and OAuth logins by GitHub, Slack and
// HubSpot do not.
func provesEmail(factors []sessions.AuthenticationFactor, email string) bool {
	return slices.ContainsFunc(factors, func(f sessions.AuthenticationFactor) bool {
		switch methodOf(&f) {
		case organizations.AuthMethodMagicLink, organizations.AuthMethodEmailOTP:
			return f.EmailFactor != nil && lower(f.EmailFactor.EmailAddress) == lower(email)
		case organizations.AuthMethodGoogleOAuth, organizations.AuthMethodMicrosoftOAuth, organizations.AuthMethodSSO:
			return true
		default:
			return false
		}
	})
}

// requirements are the factors that a login still needs.
type requirements struct {
	primary *b2bsessions.PrimaryRequired
	mfa     *mfa.MFARequired
}

// none reports whether nothing is missing, so that a session can be issued.
func (r requirements) none() bool { return r.primary == nil && r.mfa == nil }

// requirementsFor returns what is missing for a session in an organization when factors were proved. Of somebody who is
// not a member yet, m has the address alone. With proveEmail one of the factors must prove the e-mail address even if
// the member's is verified already, as discovery requires.
func requirementsFor(
	org *organizations.Organization, m *member, factors []sessions.AuthenticationFactor, proveEmail bool,
) requirements {
	var missing requirements
	restricted := org.AuthMethods == organizations.AuthMethodsPolicyRestricted && !m.IsBreakglass
	allowed := slices.ContainsFunc(factors, func(f sessions.AuthenticationFactor) bool {
		return slices.Contains(org.AllowedAuthMethods, methodOf(&f))
	})
	proved := m.EmailAddressVerified && !proveEmail || provesEmail(factors, m.EmailAddress)
	switch {
	case restricted && !allowed:
		missing.primary = &b2bsessions.PrimaryRequired{AllowedAuthMethods: slices.Clone(org.AllowedAuthMethods)}
	case !proved:
		methods := slices.DeleteFunc(slices.Clone(emailProvingMethods), func(method string) bool {
			return restricted && !slices.Contains(org.AllowedAuthMethods, method)
		})
		missing.primary = &b2bsessions.PrimaryRequired{AllowedAuthMethods: methods}
	}
	wanted := m.MFAEnrolled || org.MFAPolicy == organizations.MFAPolicyRequiredForAll
	if wanted && !slices.ContainsFunc(factors, isSecond) {
		missing.mfa = &mfa.MFARequired{}
		if m.MFAPhoneNumber != "" || m.TOTPRegistrationID != "" {
			missing.mfa.MemberOptions = &mfa.MemberOptions{
				MFAPhoneNumber: m.MFAPhoneNumber, TOTPRegistrationID: m.TOTPRegistrationID,
			}
		}
	}
	return missing
}

// sendsPasscode reports whether a login that lacks the second factor sends a code by itself: if the member's number is
// verified, and text messages are the member's default, the member's only second factor, or the only one that the
// organization allows.
func sendsPasscode(org *organizations.Organization, m *member) bool {
	if m.MFAPhoneNumber == "" || !m.MFAPhoneNumberVerified {
		return false
	}
	only := org.MFAMethods == organizations.MFAMethodsPolicyRestricted &&
		slices.Equal(org.AllowedMFAMethods, []string{organizations.MFAMethodSMSOTP})
	return only || m.DefaultMFAMethod == organizations.MFAMethodSMSOTP || m.TOTPRegistrationID == ""
}
