package emulator

import (
	"cmp"
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// Bounds of sessions, in minutes.
const (
	minSession     = 5
	maxSession     = 527_040
	defaultSession = 60
)

// Bounds of strings, in bytes.
const (
	maxEmail  = 254 // RFC 5321, section 4.5.3.1
	maxLocal  = 64
	maxDomain = 253
	maxURL    = 2048
	maxLink   = 4 * maxURL // a redirect URL, escaped, and a token
)

var (
	tokenForm  = regexp.MustCompile(`^[A-Za-z0-9_-]{44}$`) // see tokenBytes
	slugForm   = regexp.MustCompile(`^[A-Za-z0-9._~-]{2,128}$`)
	idForm     = regexp.MustCompile(`^[A-Za-z0-9._|-]{1,128}$`)
	domainForm = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$`)
	pkceForm   = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)
)

// commonDomains are those of common e-mail providers, which no organization can allow.
var commonDomains = []string{
	"aol.com", "gmail.com", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com", "icloud.com", "live.com", "mail.com",
	"mail.ru", "me.com", "msn.com", "outlook.com", "proton.me", "protonmail.com", "qq.com", "web.de", "yahoo.com",
	"yandex.com", "zoho.com",
}

// emailLocales are the languages that e-mails exist in.
var emailLocales = []shared.Locale{shared.LocaleEN, shared.LocaleES, shared.LocaleFR, shared.LocalePTBR}

// emailAddress validates an address and returns it in lower case. The domain must have a dot; a display name and
// invisible characters are refused.
func emailAddress(s string) (string, error) {
	if strings.ContainsRune(s, '\u200b') {
		return "", fail(stytcherror.CodeForbiddenCharacterZeroWidthSpace, "The e-mail address has a zero-width space.")
	}
	parsed, err := mail.ParseAddress(s)
	if err != nil || parsed.Address != s || parsed.Name != "" || !strings.Contains(domainOf(s), ".") ||
		len(s) > maxEmail || strings.IndexByte(s, '@') > maxLocal || strings.ContainsFunc(s, invisible) {
		return "", fail(stytcherror.CodeInvalidEmail, "The e-mail address is malformed.")
	}
	return lower(s), nil
}

// invisible reports whether a character cannot be seen, so that two addresses would look alike.
func invisible(r rune) bool {
	return !unicode.IsGraphic(r) || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) ||
		unicode.Is(unicode.Variation_Selector, r) || unicode.IsSpace(r)
}

// domainOf is the domain of an address, in lower case.
func domainOf(email string) string { return lower(email[strings.LastIndexByte(email, '@')+1:]) }

// lower changes the letters A to Z only. [strings.ToLower] and [strings.EqualFold] know Unicode, where the Kelvin sign
// is a k: one person's address would be another's.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// minutes returns a duration that is given in minutes, or the default. Out of bounds it is an error with the code.
func minutes(given *int, byDefault, low, high int, code stytcherror.Code) (time.Duration, error) {
	n := *cmp.Or(given, &byDefault)
	if n < low || n > high {
		return 0, fail(code, "The number of minutes must be between %d and %d.", low, high)
	}
	return time.Duration(n) * time.Minute, nil
}

func sessionDuration(given *int) (time.Duration, error) {
	return minutes(given, defaultSession, minSession, maxSession, stytcherror.CodeInvalidSessionDurationMinutes)
}

func checkLocale(given *shared.Locale, known []shared.Locale) error {
	if given != nil && !slices.Contains(known, *given) {
		return fail(stytcherror.CodeInvalidLocale, "The locale is not supported.")
	}
	return nil
}

// redirectURL parses a redirect URL, which must be absolute, http or https.
func redirectURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || len(raw) > maxURL {
		return nil, fmt.Errorf("not an absolute http or https URL of at most %d bytes", maxURL)
	}
	return u, nil
}
