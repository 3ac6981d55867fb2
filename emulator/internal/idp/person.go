package idp

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/emulator/internal/strict"
)

// Person is what an identity provider says of somebody who has logged in there.
type Person struct {
	Email, Name, Subject string
	Groups               []string
	// Attributes are all that the provider says of the person.
	Attributes map[string]any
}

// protocolClaims are those of an ID token that say nothing of the person.
var protocolClaims = []string{
	"iss", "aud", "exp", "iat", "nbf", "jti", "nonce", "azp", "at_hash", "c_hash", "s_hash", "auth_time", "acr", "amr",
	"sid", "typ",
}

// PersonOf makes a person of the claims of an OIDC provider, where a mapping says which are which. Standard claims are
// used where it does not.
func PersonOf(claims, mapping map[string]any) (*Person, error) {
	email := text(claims[claimOf(mapping, "email", "email")])
	p := &Person{Subject: text(claims["sub"]), Attributes: map[string]any{}}
	for name, claim := range claims {
		if !slices.Contains(protocolClaims, name) {
			p.Attributes[name] = claim
		}
	}
	var err error
	switch p.Email, err = state.Email(email); {
	case email == "":
		return nil, ops.ErrOIDCResponseEmailMissing
	case err != nil:
		return nil, err
	case !isTrue(claims[emailVerified]):
		return nil, ops.ErrOIDCResponseUnverifiedEmail
	}
	p.Name = nameOf(claims, mapping)
	p.Groups = texts(claims[claimOf(mapping, "groups", "groups")])
	return p, p.Check()
}

// emailVerified is the claim that says whether the address is the person's.
const emailVerified = "email_verified"

// claimOf is the name of the claim that a mapping says is an attribute, or else the standard one.
func claimOf(mapping map[string]any, attribute, standard string) string {
	if name, isText := mapping[attribute].(string); isText {
		return name
	}
	return standard
}

// Check refuses a person who cannot be stored.
func (p *Person) Check() error {
	tooLong := func(group string) bool { return len(group) > state.MaxText }
	attributes, err := json.Marshal(p.Attributes)
	switch {
	case err != nil || len(attributes) > maxClaims || strict.TooDeep(attributes, state.MaxDepth/2):
		return ops.ErrOIDCInvalidUserinfo.Because(
			"The attributes are larger than %d bytes, or nested too deeply.", maxClaims)
	case utf8.RuneCountInString(p.Name) > state.MaxName || !utf8.ValidString(p.Name):
		return ops.ErrOIDCInvalidUserinfo.Because("The name is longer than %d characters.", state.MaxName)
	case len(p.Groups) > state.MaxEntries || slices.ContainsFunc(p.Groups, tooLong):
		return ops.ErrOIDCInvalidUserinfo.Because(
			"There are more than %d groups, or one is too long.", state.MaxEntries)
	case p.Subject == "" || len(p.Subject) > state.MaxFactorText || !utf8.ValidString(p.Subject):
		return ops.ErrOIDCInvalidUserinfo.Because("The subject is empty or longer than %d bytes.", state.MaxFactorText)
	}
	return nil
}

// texts are the texts of a list, or of one text alone.
func texts(value any) []string {
	switch v := value.(type) {
	case string:
		if v != "" {
			return []string{v}
		}
	case []any:
		var list []string
		for _, entry := range v {
			if text, isText := entry.(string); isText && text != "" {
				list = append(list, text)
			}
		}
		return list
	}
	return nil
}

// Describe is a person as the built-in identity provider describes it: address, name and groups are attributes too,
// under the names that a mapping has for them. What is empty of name and groups comes from those attributes. Without a
// subject, it is the address.
func Describe(
	email, name, subject string, groups []string, attributes, mapping map[string]any,
) *Person {
	p := &Person{
		Email: email, Name: name, Subject: cmp.Or(subject, email), Groups: groups, Attributes: map[string]any{},
	}
	maps.Copy(p.Attributes, attributes)
	p.Attributes[claimOf(mapping, "email", "email")] = email
	if attribute := claimOf(mapping, "full_name", "name"); name != "" {
		p.Attributes[attribute] = name
	} else {
		p.Name = nameOf(p.Attributes, mapping)
	}
	if attribute := claimOf(mapping, "groups", "groups"); len(groups) > 0 {
		p.Attributes[attribute] = groups
	} else {
		p.Groups = texts(p.Attributes[attribute])
	}
	return p
}

// nameOf is the name that claims have, as a whole or in two parts.
func nameOf(claims, mapping map[string]any) string {
	value := func(attribute, standard string) string { return text(claims[claimOf(mapping, attribute, standard)]) }
	if name := value("full_name", "name"); name != "" {
		return name
	}
	return strings.TrimSpace(value("first_name", "given_name") + " " + value("last_name", "family_name"))
}

// isTrue reports whether a claim is true, as text too, or absent.
func isTrue(claim any) bool { return claim == nil || claim == true || claim == "true" }

// text is a claim that is a text, empty for others.
func text(claim any) string {
	s, _ := claim.(string)
	return s
}
