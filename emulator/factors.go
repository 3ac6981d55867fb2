package emulator

import (
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/b2b/mfa"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	b2bsessions "github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/b2c/sessions"
)

// verifyingMethods are the methods that prove an e-mail address, in the order that the API names them.
var verifyingMethods = []string{
	organizations.AuthMethodSSO, organizations.AuthMethodMagicLink, organizations.AuthMethodPassword,
	organizations.AuthMethodGoogleOAuth, organizations.AuthMethodMicrosoftOAuth, organizations.AuthMethodEmailOTP,
}

// magicLinkFactor is what a magic link in an e-mail proves.
func (c *call) magicLinkFactor(emailID, email string) sessions.AuthenticationFactor {
	return sessions.AuthenticationFactor{
		Type:                sessions.AuthenticationFactorTypeMagicLink,
		DeliveryMethod:      sessions.AuthenticationFactorDeliveryMethodEmail,
		LastAuthenticatedAt: c.now, CreatedAt: c.now, UpdatedAt: c.now,
		EmailFactor: &sessions.EmailFactor{EmailID: emailID, EmailAddress: email},
	}
}

// methodOf is the auth method that a factor counts as, empty for a second factor.
func methodOf(f *sessions.AuthenticationFactor) string {
	switch f.Type {
	case sessions.AuthenticationFactorTypeMagicLink:
		return organizations.AuthMethodMagicLink
	case sessions.AuthenticationFactorTypeEmailOTP:
		return organizations.AuthMethodEmailOTP
	case sessions.AuthenticationFactorTypePassword:
		return organizations.AuthMethodPassword
	case sessions.AuthenticationFactorTypeSSO:
		return organizations.AuthMethodSSO
	case sessions.AuthenticationFactorTypeOAuth:
		provider := strings.TrimPrefix(strings.TrimPrefix(string(f.DeliveryMethod), "oauth_"), "exchange_")
		return provider + "_oauth"
	default:
		return ""
	}
}

// isSecond reports whether a factor counts as a second one.
func isSecond(f *sessions.AuthenticationFactor) bool {
	switch f.Type {
	case sessions.AuthenticationFactorTypeOTP, sessions.AuthenticationFactorTypeTOTP,
		sessions.AuthenticationFactorTypeRecoveryCodes:
		return true
	default:
		return false
	}
}

// verifiesEmail reports whether a factor proves the address. A password that was set before and the logins of GitHub,
// Slack and HubSpot do not.
func verifiesEmail(factors []sessions.AuthenticationFactor, email string) bool {
	return slices.ContainsFunc(factors, func(f sessions.AuthenticationFactor) bool {
		switch methodOf(&f) {
		case organizations.AuthMethodMagicLink, organizations.AuthMethodEmailOTP:
			return f.EmailFactor != nil && sameEmail(f.EmailFactor.EmailAddress, email)
		case organizations.AuthMethodGoogleOAuth, organizations.AuthMethodMicrosoftOAuth, organizations.AuthMethodSSO:
			return true
		default:
			return false
		}
	})
}

// verdict is what a login still lacks; both empty mean a session.
type verdict struct {
	primary *b2bsessions.PrimaryRequired
	mfa     *mfa.MFARequired
}

func (v verdict) authenticated() bool { return v.primary == nil && v.mfa == nil }

// judge decides what a set of factors leads to in an organization. m is nil for somebody who is not a member yet.
// fresh says that a factor at hand must prove the address, however well it is known, as discovery asks for.
func judge(
	org *organizations.Organization, m *member, email string, factors []sessions.AuthenticationFactor, fresh bool,
) verdict {
	var v verdict
	breakglass := m != nil && m.IsBreakglass
	restricted := org.AuthMethods == organizations.AuthMethodsPolicyRestricted && !breakglass
	allowed := slices.ContainsFunc(factors, func(f sessions.AuthenticationFactor) bool {
		return slices.Contains(org.AllowedAuthMethods, methodOf(&f))
	})
	known := m != nil && m.EmailAddressVerified && !fresh
	switch {
	case restricted && !allowed:
		v.primary = &b2bsessions.PrimaryRequired{AllowedAuthMethods: slices.Clone(org.AllowedAuthMethods)}
	case !known && !verifiesEmail(factors, email):
		methods := slices.Clone(verifyingMethods)
		if restricted {
			methods = slices.DeleteFunc(methods, func(method string) bool {
				return !slices.Contains(org.AllowedAuthMethods, method)
			})
		}
		v.primary = &b2bsessions.PrimaryRequired{AllowedAuthMethods: methods}
	}
	enrolled := m != nil && m.MFAEnrolled
	wanted := enrolled || org.MFAPolicy == organizations.MFAPolicyRequiredForAll
	if wanted && !slices.ContainsFunc(factors, func(f sessions.AuthenticationFactor) bool { return isSecond(&f) }) {
		v.mfa = &mfa.MFARequired{MemberOptions: secondFactors(m)}
	}
	return v
}

// secondFactors are those that a member has, nil if none.
func secondFactors(m *member) *mfa.MemberOptions {
	if m == nil || m.MFAPhoneNumber == "" && m.TOTPRegistrationID == "" {
		return nil
	}
	return &mfa.MemberOptions{MFAPhoneNumber: m.MFAPhoneNumber, TOTPRegistrationID: m.TOTPRegistrationID}
}

// sendsPasscode reports whether a code goes out by itself: to a verified number, when text messages are the member's
// default or the only second factor that the organization takes.
func sendsPasscode(org *organizations.Organization, m *member) bool {
	if m.MFAPhoneNumber == "" || !m.MFAPhoneNumberVerified {
		return false
	}
	only := org.MFAMethods == organizations.MFAMethodsPolicyRestricted &&
		slices.Equal(org.AllowedMFAMethods, []string{organizations.MFAMethodSMSOTP})
	return only || m.DefaultMFAMethod == organizations.MFAMethodSMSOTP || m.TOTPRegistrationID == ""
}
