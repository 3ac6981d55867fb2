package hosted

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// OAuthPerson is what an OAuth provider says of somebody who has logged in there.
type OAuthPerson struct {
	Email, Name, Subject, Picture, Locale string
	TenantIDs                             []string
	// EmailUnverified says that the provider has not verified the address.
	EmailUnverified bool
}

// The fields of an [OAuthPerson].
const (
	fieldName          = "name"
	fieldSubject       = "subject"
	fieldTenants       = "tenant_ids"
	fieldPicture       = "picture"
	fieldLocale        = "locale"
	fieldEmailVerified = "email_verified"
)

// tenants is how many tenants an account at a provider has at most.
var tenants = map[string]int{state.ProviderSlack: 1, state.ProviderHubSpot: 1, state.ProviderGitHub: 100}

// OAuthFields are the fields by which a person is described to a provider, filled in with values.
func OAuthFields(provider string, value func(name string) string) []Field {
	fields := []Field{
		{Name: fieldName, Label: "Name"},
		{Name: fieldSubject, Label: "Id at the provider (subject)"},
		{Name: fieldPicture, Label: "URL of the picture"},
		{Name: fieldLocale, Label: "Locale, as in en-GB"},
	}
	switch tenants[provider] {
	case 0:
		fields = append(fields, Field{Name: fieldEmailVerified, Label: "Address is verified, true or false"})
	case 1:
		fields = append(fields, Field{Name: fieldTenants, Label: "Id of the workspace (tenant)"})
	default:
		fields = append(fields, Field{Name: fieldTenants, Label: "Ids of the organizations (tenants), with spaces"})
	}
	for i := range fields {
		fields[i].Value = value(fields[i].Name)
	}
	return fields
}

var (
	// idForm is that of subjects and tenants: printable ASCII without spaces.
	idForm     = regexp.MustCompile(`^[!-~]{1,128}$`)
	localeForm = regexp.MustCompile(`^[A-Za-z0-9-]{1,35}$`)
	isNoID     = func(id string) bool { return !idForm.MatchString(id) }
	isHidden   = func(r rune) bool { return !unicode.IsGraphic(r) }
)

// ParseOAuthPerson makes a person with an account at a provider from the values of fields. Where no subject is given,
// it is made from the address, always the same. If the values are wrong, the problem says how, in a sentence.
func ParseOAuthPerson(provider, email string, value func(name string) string) (p *OAuthPerson, problem string) {
	address, err := state.Email(email)
	if err != nil {
		return nil, "The e-mail address is missing or malformed."
	}
	p = &OAuthPerson{
		Email: address, Name: value(fieldName), Subject: value(fieldSubject), Picture: value(fieldPicture),
		Locale: value(fieldLocale), TenantIDs: strings.Fields(value(fieldTenants)),
		EmailUnverified: value(fieldEmailVerified) == "false",
	}
	if p.Subject == "" {
		p.Subject = subject(provider, address)
	}
	return p, p.check(provider, value(fieldEmailVerified))
}

// check returns the problem with a person, empty for none.
func (p *OAuthPerson) check(provider, verified string) string {
	_, badPicture := state.ParseRedirectURL(p.Picture)
	switch {
	case !utf8.ValidString(p.Name) || utf8.RuneCountInString(p.Name) > state.MaxName ||
		strings.ContainsFunc(p.Name, isHidden):
		return fmt.Sprintf("The name must have at most %d characters, none of which is invisible.", state.MaxName)
	case !idForm.MatchString(p.Subject):
		return "The subject must have 1 to 128 characters of ASCII, without spaces."
	case slices.ContainsFunc(p.TenantIDs, isNoID):
		return "The id of a tenant must have 1 to 128 characters of ASCII."
	case len(p.TenantIDs) > tenants[provider]:
		return fmt.Sprintf("An account at this provider has at most %d tenants.", tenants[provider])
	case p.Picture != "" && badPicture != nil:
		return fmt.Sprintf("The URL of the picture is %v.", badPicture)
	case p.Locale != "" && !localeForm.MatchString(p.Locale):
		return "The locale must have 1 to 35 letters, digits and hyphens."
	case !slices.Contains([]string{"", "true", "false"}, verified):
		return "email_verified must be true or false."
	case p.EmailUnverified && tenants[provider] > 0:
		return "This provider never verifies addresses: email_verified has no effect."
	}
	return ""
}

// subject is the id of an address at a provider, in the form of the provider's ids.
func subject(provider, email string) string {
	sum := sha256.Sum256([]byte(provider + " " + email))
	number := binary.BigEndian.Uint64(sum[:])
	switch provider {
	case state.ProviderGoogle:
		return fmt.Sprintf("1%020d", number)
	case state.ProviderMicrosoft:
		return base64.RawURLEncoding.EncodeToString(sum[:])
	case state.ProviderSlack:
		return "U" + base32.StdEncoding.EncodeToString(sum[:])[:12]
	default:
		return fmt.Sprintf("%d", number>>12) // at most 16 digits
	}
}
