package state

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
)

// Bounds of what is stored. Those of names, ids, e-mail addresses and custom claims are the API's; the others are the
// emulator's own, because the API's are not known.
const (
	MaxName     = 128      // characters
	MaxEntries  = 1000     // of a list
	maxMetadata = 4096     // bytes of JSON
	maxKeys     = 20       // of metadata
	maxClaims   = 4096     // bytes of JSON, of a session's custom claims
	maxObject   = 64 << 10 // bytes of JSON, of other objects
	maxEmail    = 254      // bytes: RFC 5321, section 4.5.3.1
	MaxURL      = 2048     // bytes
	MaxText     = 4 << 10  // bytes, of any other text
	// MaxFactorText bounds a text in a factor, which is part of JWTs, in bytes: an address, or the id that an identity
	// provider has given the person.
	MaxFactorText = maxEmail
	MaxToken      = 32 << 10 // bytes, of a token of an identity provider
	// MaxMessages bounds an inbox. The oldest messages are removed first.
	MaxMessages = 10_000
	// MaxLogins bounds each of the four tables of logins by OAuth and SSO: those that browsers have begun, and those
	// that were not authenticated yet. The oldest ones are removed first.
	MaxLogins = 10_000
	// MaxFailures bounds a counter of failed attempts. Calls lock long before that.
	MaxFailures = 1000
	// MaxDepth bounds how deeply the body of a request and a row of a snapshot are nested, so that what is stored can
	// be encoded as part of any response.
	MaxDepth = 100

	maxLocal    = 64
	maxDomain   = 253
	maxLink     = 4 * MaxURL // bytes: a redirect URL, escaped, and a token
	maxSlugBase = 120        // characters, so that a number fits behind it in a slug
)

// Bounds of snapshots. What calls store is smaller for other reasons, but for factors, of which calls drop the oldest.
const (
	MaxFactors = 20      // of a session or an intermediate session
	maxRecord  = 2 << 20 // bytes of JSON; no request is larger than half of that
)

// Bounds of a project's clock. A key's certificate is valid for ten years more, and no time in JSON may be after the
// year 9999.
var (
	MinTime = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	MaxTime = time.Date(9900, 1, 1, 0, 0, 0, 0, time.UTC)
)

// bound is what a text in a snapshot must be, and how an error says that.
type bound struct {
	holds func(string) bool
	want  string
}

func atMost(bytes int) bound {
	return bound{func(s string) bool { return len(s) <= bytes }, fmt.Sprintf("have at most %d bytes", bytes)}
}

// form is a bound for texts that are empty or match. Whether one may be empty is checked elsewhere.
func form(re *regexp.Regexp) bound {
	return bound{func(s string) bool { return s == "" || re.MatchString(s) }, "match " + re.String()}
}

var shortName = bound{
	func(s string) bool { return utf8.RuneCountInString(s) <= MaxName },
	fmt.Sprintf("have at most %d characters", MaxName),
}

var roleID = bound{
	func(s string) bool { return s == "" || IsRoleID(s) },
	fmt.Sprintf("have at most %d characters and no control characters", MaxName),
}

// textBounds are the bounds of texts, by list and field, or by field alone with or without what it is in. They allow
// all that calls store. Of other fields, an id has the form of one, a text in a factor has at most MaxFactorText bytes,
// and every other text at most MaxText.
var textBounds = map[string]bound{
	"sessions.tokens": form(TokenForm), "impersonations.token": form(TokenForm),
	"intermediate_sessions.token": form(TokenForm),
	"token":                       form(IDForm), "code": form(IDForm), "kid": form(IDForm),
	"totps.recovery_codes.code": shortName,
	"name":                      shortName, "client_name": shortName, "role_id": roleID, "assigned_roles": roleID,
	"resource_id": shortName, "actions": shortName,
	"phone_number": shortName, "mfa_phone_number": shortName, "channel": shortName, "template": shortName,
	"email_address": atMost(maxEmail), "new_email_address": atMost(maxEmail), "to": atMost(maxEmail),
	"link": atMost(maxLink), "nonce": atMost(MaxURL),
	"certificate": atMost(MaxPEM), "private_key": atMost(MaxPEM), "display_name": shortName,
	"idp_entity_id": atMost(MaxURL), "sso_connections.oidc.client_id": atMost(MaxURL),
	"id_token": atMost(MaxToken), "access_token": atMost(MaxToken), "refresh_token": atMost(MaxToken),
	// What others have issued has no form.
	"scim_users.scim_attributes.external_id":                              atMost(MaxText),
	"scim_groups.external_id":                                             atMost(MaxText),
	"scim_users.scim_attributes.display_name":                             atMost(MaxText),
	"authentication_factors.saml_sso_factor.external_id":                  atMost(MaxFactorText),
	"authentication_factors.oidc_sso_factor.external_id":                  atMost(MaxFactorText),
	"authentication_factors.trusted_auth_token_factor.token_id":           atMost(MaxFactorText),
	"authentication_factors.oauth_access_token_exchange_factor.client_id": atMost(MaxFactorText),
}

// checkRow checks the forms and sizes of all that is in a row of a list, and its times.
func checkRow(list string, row any) error { return checkValue(list, "", reflect.ValueOf(row)) }

// checkValue checks a value at a path below a record of a list.
func checkValue(list, path string, v reflect.Value) error {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return checkValue(list, path, v.Elem())
	case reflect.Slice:
		return checkSlice(list, path, v)
	case reflect.Struct:
		if t, ok := reflect.TypeAssert[time.Time](v); ok {
			return checkTime(path, t)
		}
		return checkFields(list, path, v)
	case reflect.String:
		if b := boundOf(list, path); !b.holds(v.String()) {
			return fmt.Errorf("%s must %s", path, b.want)
		}
	case reflect.Map, reflect.Interface:
		if !encodesWithin(v.Interface(), maxObject) {
			return fmt.Errorf("%s must have at most %d bytes of JSON", path, maxObject)
		}
	}
	return nil
}

func checkSlice(list, path string, v reflect.Value) error {
	limit := MaxEntries
	switch {
	case v.Type().Elem().Kind() == reflect.Uint8:
		limit = MaxText
	case path == "authentication_factors":
		limit = MaxFactors
	}
	if v.Len() > limit {
		return fmt.Errorf("%s must have at most %d entries", path, limit)
	}
	for i := range v.Len() {
		if err := checkValue(list, path, v.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

func checkFields(list, path string, v reflect.Value) error {
	for field, value := range v.Fields() {
		if !field.IsExported() {
			continue
		}
		below := path
		if !field.Anonymous {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			below = strings.TrimPrefix(path+"."+name, ".")
		}
		if err := checkValue(list, below, value); err != nil {
			return err
		}
	}
	return nil
}

// checkTime checks that a time is zero or encodes as JSON.
func checkTime(path string, t time.Time) error {
	if !t.IsZero() && (t.Before(MinTime) || t.UTC().Year() > 9999) {
		return fmt.Errorf("%s must be in the years 1970 to 9999", path)
	}
	return nil
}

func boundOf(list, path string) bound {
	if b, found := textBounds[list+"."+path]; found {
		return b
	}
	if b, found := textBounds[path]; found {
		return b
	}
	if b, found := textBounds[path[strings.LastIndexByte(path, '.')+1:]]; found {
		return b
	}
	if strings.HasSuffix(path, "_id") {
		return form(IDForm)
	}
	if strings.HasPrefix(path, "authentication_factors.") {
		return atMost(MaxFactorText)
	}
	return atMost(MaxText)
}

// IsObject reports whether an object is small enough to be stored.
func IsObject(v map[string]any) bool { return encodesWithin(v, maxObject) }

// encodesWithin reports whether a value can be encoded as JSON of at most limit bytes.
func encodesWithin(v any, limit int) bool {
	data, err := json.Marshal(v)
	return err == nil && len(data) <= limit
}
