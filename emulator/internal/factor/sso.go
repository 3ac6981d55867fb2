package factor

import (
	"cmp"

	"github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// SSO is the factor of a login by an account of an SSO connection.
func SSO(tx *state.Tx, r *state.Registration) Factor {
	f := authenticated(tx, sessions.AuthenticationFactorTypeSSO,
		sessions.AuthenticationFactorDeliveryMethodSSOOIDC)
	details := &sessions.SSOFactor{ID: r.ID, ProviderID: r.ConnectionID, ExternalID: r.Subject}
	if r.Provider == state.ProviderSAML {
		f.DeliveryMethod, f.SAMLSSOFactor = sessions.AuthenticationFactorDeliveryMethodSSOSAML, details
	} else {
		f.OIDCSSOFactor = details
	}
	return f
}

// sso is what a factor says of a login by SSO, nil if it is none.
func sso(f *Factor) *sessions.SSOFactor { return cmp.Or(f.SAMLSSOFactor, f.OIDCSSOFactor) }

// SSORegistrations are the ids of the accounts of SSO connections of factors.
func SSORegistrations(factors []Factor) []string {
	var list []string
	for i := range factors {
		if details := sso(&factors[i]); details != nil {
			list = append(list, details.ID)
		}
	}
	return list
}

// RedeemSSO uses up the token with which a browser came from an identity provider. Unverified: that one which was used
// or has expired is refused like one that does not exist.
func RedeemSSO(tx *state.Tx, token string, verifier *string) (*state.SSOToken, error) {
	t := tx.SSOTokens.Get(token)
	if t == nil || t.Used || !tx.Now.Before(t.ExpiresAt) {
		return nil, ops.ErrSSOTokenNotFound
	}
	if err := CheckPKCE(t.Challenge, verifier); err != nil {
		return nil, err
	}
	used := *t
	used.Used = true
	tx.SSOTokens.Put(&used)
	return &used, nil
}
