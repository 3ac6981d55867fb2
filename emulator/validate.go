package emulator

import (
	"cmp"
	"errors"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// Bounds of sessions, in minutes.
const (
	minSession     = 5
	maxSession     = 527_040
	defaultSession = 60
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

// emailAddress validates an address and returns it in lower case. The domain must have a dot; a display name is
// refused.
func emailAddress(s string) (string, error) {
	parsed, err := mail.ParseAddress(s)
	if err != nil || parsed.Address != s || parsed.Name != "" || !strings.Contains(domainOf(s), ".") {
		return "", fail(stytcherror.CodeInvalidEmail, "The e-mail address is malformed.")
	}
	return strings.ToLower(s), nil
}

func domainOf(email string) string {
	return strings.ToLower(email[strings.LastIndexByte(email, '@')+1:])
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
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errors.New("not an absolute http or https URL")
	}
	return u, nil
}
