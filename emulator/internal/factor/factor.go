// Package factor makes and redeems what people prove who they are with: magic links, passcodes and tokens of OAuth,
// with PKCE where a flow has it. It says what each factor counts for.
//
// The two names that matter are [SendLink] and [RedeemLink].
package factor

import (
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// Factor is a factor that was authenticated.
type Factor = sessions.AuthenticationFactor

// MagicLink is the factor of a magic link that was sent to an address and authenticated now.
func MagicLink(tx *state.Tx, emailID, email string) Factor {
	return byEmail(tx, sessions.AuthenticationFactorTypeMagicLink, emailID, email)
}

// EmailOTP is the factor of a passcode that was sent to an address and authenticated now.
func EmailOTP(tx *state.Tx, emailID, email string) Factor {
	return byEmail(tx, sessions.AuthenticationFactorTypeEmailOTP, emailID, email)
}

func byEmail(tx *state.Tx, kind sessions.AuthenticationFactorType, emailID, email string) Factor {
	f := authenticated(tx, kind, sessions.AuthenticationFactorDeliveryMethodEmail)
	f.EmailFactor = &sessions.EmailFactor{EmailID: emailID, EmailAddress: email}
	return f
}

// authenticated is a factor that was authenticated now, without what is particular to its type.
func authenticated(
	tx *state.Tx, kind sessions.AuthenticationFactorType, delivery sessions.AuthenticationFactorDeliveryMethod,
) Factor {
	return Factor{
		Type: kind, DeliveryMethod: delivery,
		LastAuthenticatedAt: tx.Now, CreatedAt: tx.Now, UpdatedAt: tx.Now,
	}
}

// Password is the factor of a password that was authenticated now.
func Password(tx *state.Tx) Factor {
	return authenticated(tx, sessions.AuthenticationFactorTypePassword,
		sessions.AuthenticationFactorDeliveryMethodKnowledge)
}

// AccessToken is the factor of a Connected App's access token that was exchanged now.
func AccessToken(tx *state.Tx, clientID string) Factor {
	f := authenticated(tx, sessions.AuthenticationFactorTypeOAuth,
		sessions.AuthenticationFactorDeliveryMethodOAuthAccessTokenExchange)
	f.OAuthAccessTokenExchangeFactor = &sessions.OAuthAccessTokenExchangeFactor{ClientID: clientID}
	return f
}

// TrustedAuthToken is the factor of another issuer's token that was attested now.
func TrustedAuthToken(tx *state.Tx, id string) Factor {
	f := authenticated(tx, sessions.AuthenticationFactorTypeTrustedAuthToken,
		sessions.AuthenticationFactorDeliveryMethodTrustedTokenExchange)
	f.TrustedAuthTokenFactor = &sessions.TrustedAuthTokenFactor{TokenID: id}
	return f
}

// Imported is the factor of another provider's session that was migrated now.
func Imported(tx *state.Tx) Factor {
	return authenticated(tx, sessions.AuthenticationFactorTypeImported,
		sessions.AuthenticationFactorDeliveryMethodImportedAuth0)
}

// Impersonation is the factor of somebody who acts in the name of a member from now on.
func Impersonation(tx *state.Tx, i *state.Impersonation) Factor {
	f := authenticated(tx, sessions.AuthenticationFactorTypeImpersonated,
		sessions.AuthenticationFactorDeliveryMethodImpersonation)
	f.ImpersonatedFactor = &sessions.ImpersonatedFactor{
		ImpersonatorID: i.ImpersonatorID, ImpersonatorEmailAddress: i.ImpersonatorEmail,
	}
	return f
}

// Merge returns factors, oldest first, with the added ones. A factor that was authenticated again keeps its place, and
// the time at which it was authenticated first. Of too many factors, it drops the oldest.
func Merge(factors []Factor, added ...Factor) []Factor {
	joined := slices.Clone(factors)
	for _, f := range added {
		i := slices.IndexFunc(joined, func(other Factor) bool { return same(&other, &f) })
		if i < 0 {
			joined = append(joined, f)
			continue
		}
		f.CreatedAt = joined[i].CreatedAt
		joined[i] = f
	}
	return joined[max(0, len(joined)-state.MaxFactors):]
}

// same reports whether two factors are the same one, authenticated at different times.
func same(a, b *Factor) bool {
	if a.Type != b.Type || a.DeliveryMethod != b.DeliveryMethod {
		return false
	}
	if x, y := sso(a), sso(b); x != nil && y != nil {
		return x.ProviderID == y.ProviderID && x.ExternalID == y.ExternalID
	}
	x, _ := oauthOf(a)
	if y, _ := oauthOf(b); x != nil && y != nil {
		return x.ProviderSubject == y.ProviderSubject
	}
	return a.EmailFactor == nil || b.EmailFactor == nil ||
		state.Lower(a.EmailFactor.EmailAddress) == state.Lower(b.EmailFactor.EmailAddress)
}

// Method is the auth method that a factor counts as. It is empty for a second factor.
func Method(f *Factor) string {
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

// EmailProvingMethods are what primary_required offers for an address that is not proved, in the API's order. A
// password is among them, although only the first one, which a reset by e-mail sets, proves an address.
func EmailProvingMethods() []string {
	return []string{
		organizations.AuthMethodSSO, organizations.AuthMethodMagicLink, organizations.AuthMethodPassword,
		organizations.AuthMethodGoogleOAuth, organizations.AuthMethodMicrosoftOAuth, organizations.AuthMethodEmailOTP,
	}
}

// ProvesEmail reports whether one of the factors proves an address. Passwords and OAuth logins by GitHub, Slack and
// HubSpot do not, nor do those with an account that has another address, whose factor has no id of one. SSO does not
// either: an organization's identity provider says whose an address is for that organization alone.
func ProvesEmail(factors []Factor, email string) bool {
	return slices.ContainsFunc(factors, func(f Factor) bool {
		switch Method(&f) {
		case organizations.AuthMethodMagicLink, organizations.AuthMethodEmailOTP:
			return f.EmailFactor != nil && state.Lower(f.EmailFactor.EmailAddress) == state.Lower(email)
		case organizations.AuthMethodGoogleOAuth, organizations.AuthMethodMicrosoftOAuth:
			if f.GoogleOAuthExchangeFactor != nil {
				return f.GoogleOAuthExchangeFactor.EmailID != ""
			}
			oauth, _ := oauthOf(&f)
			return oauth == nil || oauth.EmailID != ""
		default:
			return false
		}
	})
}

// Portable are the factors that are valid in every organization. Those of SSO, impersonation, access tokens of apps,
// tokens of other issuers and imported sessions are not, nor authenticator apps and recovery codes, which are one
// member's, nor those of passwords, unless the project's passwords are for all organizations. Unverified: tokens of
// other issuers and imported sessions, with which the person can log in to each organization anyway.
func Portable(tx *state.Tx, factors []Factor) []Factor {
	passwordsToo := tx.Settings().Passwords.CrossOrganization
	return slices.DeleteFunc(slices.Clone(factors), func(f Factor) bool {
		return f.Type == sessions.AuthenticationFactorTypeSSO || MFAMethod(&f) == organizations.MFAMethodTOTP ||
			IsImpersonation([]Factor{f}) || f.OAuthAccessTokenExchangeFactor != nil ||
			f.Type == sessions.AuthenticationFactorTypeTrustedAuthToken ||
			f.Type == sessions.AuthenticationFactorTypeImported ||
			f.Type == sessions.AuthenticationFactorTypePassword && !passwordsToo
	})
}

// HasPrimary reports whether one of the factors is not a second one.
func HasPrimary(factors []Factor) bool {
	return slices.ContainsFunc(factors, func(f Factor) bool { return MFAMethod(&f) == "" })
}

// HasPassword reports whether one of the factors is a password.
func HasPassword(factors []Factor) bool {
	return slices.ContainsFunc(factors, func(f Factor) bool {
		return f.Type == sessions.AuthenticationFactorTypePassword
	})
}

// IsImpersonation reports whether one of the factors is that of an impersonation.
func IsImpersonation(factors []Factor) bool {
	return slices.ContainsFunc(factors, func(f Factor) bool {
		return f.Type == sessions.AuthenticationFactorTypeImpersonated
	})
}
