package login

import (
	"slices"

	"github.com/seed75add069/stytch-go/b2b/mfa"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/shared"
)

// smsLocales are the languages that text messages exist in.
var smsLocales = []shared.Locale{
	shared.LocaleEN, shared.LocaleES, shared.LocalePTBR, shared.LocaleFR, shared.LocaleIT, shared.LocaleDE,
	shared.LocaleZHHans, shared.LocaleCA, shared.LocaleJA, shared.LocaleRU, shared.LocaleNL, shared.LocalePL,
	shared.LocaleTR, shared.LocaleFA, shared.LocaleVI, shared.LocaleCS,
}

// checkSMSLocale refuses a language that text messages do not exist in.
func checkSMSLocale(locale *shared.Locale) error {
	if locale != nil && !slices.Contains(smsLocales, *locale) {
		return ops.ErrInvalidLocale
	}
	return nil
}

// CheckPhone refuses an MFA number that a member of an organization has already. The sandbox's may be that of many.
func CheckPhone(tx *state.Tx, organizationID, phone string) error {
	if phone != factor.SandboxPhone && tx.HasMFAPhone(organizationID, phone) {
		return ops.ErrDuplicateMemberPhoneNumber
	}
	return nil
}

// restrictsMFA reports whether an organization restricts the MFA methods of a member.
func restrictsMFA(org *state.Organization, m *state.Member) bool {
	return org.MFAMethods == organizations.MFAMethodsPolicyRestricted && !m.IsBreakglass
}

// allowsMFA reports whether an organization allows a member an MFA method. The empty one is none.
func allowsMFA(org *state.Organization, m *state.Member, method string) bool {
	return method != "" && (!restrictsMFA(org, m) || slices.Contains(org.AllowedMFAMethods, method))
}

// hasSMS reports whether a member can use text messages as a second factor: a number that is not verified is not the
// member's yet.
func hasSMS(org *state.Organization, m *state.Member) bool {
	return m.MFAPhoneNumber != "" && m.MFAPhoneNumberVerified && allowsMFA(org, m, organizations.MFAMethodSMSOTP)
}

// hasTOTP reports whether a member can use an authenticator app as a second factor.
func hasTOTP(org *state.Organization, m *state.Member) bool {
	return m.TOTPRegistrationID != "" && allowsMFA(org, m, organizations.MFAMethodTOTP)
}

// isOwnSecond reports whether a factor is a second one that a member has now. A person's second factor as a member of
// one organization is none in another, unless it is the same number. A recovery code is one of the authenticator app
// that it stood in for.
func isOwnSecond(tx *state.Tx, m *state.Member, f *Factor) bool {
	switch {
	case factor.MFAMethod(f) == "":
		return false
	case f.PhoneNumberFactor != nil:
		return m.MFAPhoneNumberVerified && f.PhoneNumberFactor.PhoneNumber == m.MFAPhoneNumber
	case f.AuthenticatorAppFactor != nil:
		return m.TOTPRegistrationID != "" && f.AuthenticatorAppFactor.TOTPID == m.TOTPRegistrationID
	case f.RecoveryCodeFactor != nil:
		t := tx.TOTPs.Get(m.MemberID)
		return t != nil && slices.Contains(t.UsedRecoveryCodes, f.RecoveryCodeFactor.TOTPRecoveryCodeID)
	default:
		return false
	}
}

// memberOptions are the second factors that a member can complete a login with, nil if there are none. A number that is
// not verified is one as long as there is no other.
func memberOptions(org *state.Organization, m *state.Member) *mfa.MemberOptions {
	var options mfa.MemberOptions
	if hasTOTP(org, m) {
		options.TOTPRegistrationID = m.TOTPRegistrationID
	}
	if hasSMS(org, m) || allowsMFA(org, m, organizations.MFAMethodSMSOTP) && options.TOTPRegistrationID == "" {
		options.MFAPhoneNumber = m.MFAPhoneNumber
	}
	if options == (mfa.MemberOptions{}) {
		return nil
	}
	return &options
}

// sendsPasscode reports whether a login that lacks the second factor sends a code by itself: if the member can use text
// messages, and they are the member's default, the member's only second factor, or the only one that the organization
// allows.
func sendsPasscode(org *state.Organization, m *state.Member) bool {
	return hasSMS(org, m) && (m.DefaultMFAMethod == organizations.MFAMethodSMSOTP || !hasTOTP(org, m))
}
