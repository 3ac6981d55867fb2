package state

import (
	"crypto/sha256"
	"encoding/base64"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seed75add069/stytch-go/stytcherror"
)

// The forms of ids, tokens and names.
var (
	TokenForm     = regexp.MustCompile(`^[A-Za-z0-9_-]{44}$`) // see tokenBytes
	SlugForm      = regexp.MustCompile(`^[A-Za-z0-9._~-]{2,128}$`)
	IDForm        = regexp.MustCompile(`^[A-Za-z0-9._|-]{1,128}$`)
	ChallengeForm = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

	domainForm = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$`)
)

// Email validates an address and returns it in lower case. The domain must have a dot; a display name and invisible
// characters are refused.
func Email(s string) (string, error) {
	if strings.ContainsRune(s, '\u200b') {
		return "", invalid(stytcherror.CodeForbiddenCharacterZeroWidthSpace,
			"The e-mail address has a zero-width space.")
	}
	parsed, err := mail.ParseAddress(s)
	if err != nil || parsed.Address != s || parsed.Name != "" || !strings.Contains(Domain(s), ".") ||
		len(s) > maxEmail || strings.IndexByte(s, '@') > maxLocal || strings.ContainsFunc(s, invisible) {
		return "", invalid(stytcherror.CodeInvalidEmail, "The e-mail address is malformed.")
	}
	return Lower(s), nil
}

// invisible reports whether a character cannot be seen, so that two addresses would look alike.
func invisible(r rune) bool {
	return !unicode.IsGraphic(r) || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) ||
		unicode.Is(unicode.Variation_Selector, r) || unicode.IsSpace(r)
}

// Domain is the domain of an address, in lower case.
func Domain(email string) string { return Lower(email[strings.LastIndexByte(email, '@')+1:]) }

// isDomain reports whether a text is a domain name in lower case.
func isDomain(s string) bool { return len(s) <= maxDomain && domainForm.MatchString(s) }

// Lower changes the letters A to Z only. [strings.ToLower] and [strings.EqualFold] know Unicode, where the Kelvin sign
// is a k: one person's address would be another's.
func Lower(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return 'A' <= r && r <= 'Z' }) {
		return s
	}
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// IsUTF8 reports whether all values of a query or form are UTF-8, so that a snapshot can have them.
func IsUTF8(values url.Values) bool {
	for _, list := range values {
		if slices.ContainsFunc(list, func(s string) bool { return !utf8.ValidString(s) }) {
			return false
		}
	}
	return true
}

// IsName reports whether a text is neither empty nor longer than a name.
func IsName(s string) bool { return s != "" && utf8.RuneCountInString(s) <= MaxName }

// Distinct returns values in order, each once.
func Distinct(values []string) []string {
	var list []string
	seen := map[string]bool{}
	for _, v := range values {
		if !seen[v] {
			seen[v] = true
			list = append(list, v)
		}
	}
	return list
}

// IsRoleID reports whether a text can be the id of a role. Roles are part of JWTs, where control characters are long.
func IsRoleID(s string) bool { return IsName(s) && !strings.ContainsFunc(s, unicode.IsControl) }

// Given reports whether an optional text is there and not empty.
func Given(s *string) bool { return Text(s) != "" }

// Text is an optional text, empty if it is not there.
func Text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// Challenge is the challenge of a code verifier, by S256 (RFC 7636, section 4.2).
func Challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
