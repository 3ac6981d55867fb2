package factor

import (
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// SMS is the factor of a passcode that was sent to a number and authenticated now.
func SMS(tx *state.Tx, phoneID, phone string) Factor {
	f := authenticated(tx, sessions.AuthenticationFactorTypeOTP,
		sessions.AuthenticationFactorDeliveryMethodSMS)
	f.PhoneNumberFactor = &sessions.PhoneNumberFactor{PhoneID: phoneID, PhoneNumber: phone}
	return f
}

// AuthenticatorApp is the factor of a code of an authenticator app that was authenticated now.
func AuthenticatorApp(tx *state.Tx, id string) Factor {
	f := authenticated(tx, sessions.AuthenticationFactorTypeTOTP,
		sessions.AuthenticationFactorDeliveryMethodAuthenticatorApp)
	f.AuthenticatorAppFactor = &sessions.AuthenticatorAppFactor{TOTPID: id}
	return f
}

// RecoveryCode is the factor of a recovery code that was used now.
func RecoveryCode(tx *state.Tx, id string) Factor {
	f := authenticated(tx, sessions.AuthenticationFactorTypeRecoveryCodes,
		sessions.AuthenticationFactorDeliveryMethodRecoveryCode)
	f.RecoveryCodeFactor = &sessions.RecoveryCodeFactor{TOTPRecoveryCodeID: id}
	return f
}

// MFAMethod is the MFA method that a factor counts as. It is empty for one that is no second factor. A recovery code
// stands in for the authenticator app.
func MFAMethod(f *Factor) string {
	switch f.Type {
	case sessions.AuthenticationFactorTypeOTP:
		if f.DeliveryMethod == sessions.AuthenticationFactorDeliveryMethodSMS {
			return organizations.MFAMethodSMSOTP
		}
		return ""
	case sessions.AuthenticationFactorTypeTOTP, sessions.AuthenticationFactorTypeRecoveryCodes:
		return organizations.MFAMethodTOTP
	default:
		return ""
	}
}
