package login

import (
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/shared"
)

// Person is what an app that has scopes learns about a member, as claims of OpenID Connect. Unverified: that the parts
// of a member's name are its words, and that an address is verified that the session which authorized the app has
// proved.
func Person(tx *state.Tx, m *state.Member, a *state.Authorization, scopes []string) shared.Object {
	claims := shared.Object{"sub": m.MemberID}
	add := func(name, value string) {
		if value != "" {
			claims[name] = value
		}
	}
	if slices.Contains(scopes, "profile") {
		words := strings.Fields(m.Name)
		add("name", m.Name)
		if n := len(words); n > 0 {
			add("given_name", words[0])
			add("middle_name", strings.Join(words[1:max(1, n-1)], " "))
			add("family_name", strings.Join(words[max(1, n-1):], " "))
		}
		for _, r := range tx.RegistrationsOf(m.MemberID) {
			if _, known := claims["profile_picture"]; !known {
				add("profile_picture", r.ProfilePictureURL)
			}
			if _, known := claims["locale"]; !known {
				add("locale", r.Locale)
			}
		}
	}
	if slices.Contains(scopes, "email") {
		claims["email"], claims["email_verified"] = m.EmailAddress, m.EmailAddressVerified && isProved(a.ProvedEmail, m)
	}
	if slices.Contains(scopes, "phone") && m.MFAPhoneNumber != "" {
		claims["phone_number"], claims["phone_number_verified"] = m.MFAPhoneNumber, m.MFAPhoneNumberVerified
	}
	return claims
}
