package factor

import (
	"net/url"
	"slices"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// RedirectURL is the redirect URL that is given or, without one, the project's default.
func RedirectURL(tx *state.Tx, given *string) string {
	registered := tx.Settings().RedirectURLs
	switch {
	case given != nil:
		return *given
	case len(registered) > 0:
		return registered[0]
	default:
		return tx.RedirectURL
	}
}

// CheckRedirectURL parses the redirect URL that is given or, without one, the project's default. One that is none is
// refused with malformed; if any are registered, one that is not with unregistered.
func CheckRedirectURL(tx *state.Tx, given *string, malformed, unregistered *ops.Error) (*url.URL, error) {
	raw, registered := RedirectURL(tx, given), tx.Settings().RedirectURLs
	target, err := state.ParseRedirectURL(raw)
	if err != nil {
		return nil, malformed.Because("The redirect URL is %v.", err)
	}
	if len(registered) > 0 && !slices.Contains(registered, raw) {
		return nil, unregistered
	}
	return target, nil
}

// WithToken is a URL of an application with a token and its type, such as "oauth".
func WithToken(target *url.URL, tokenType, token string) string {
	return WithQuery(target, map[string]string{"stytch_token_type": tokenType, "token": token})
}

// WithQuery is a URL with parameters in its query, besides those that it has.
func WithQuery(target *url.URL, parameters map[string]string) string {
	query := target.Query()
	for name, value := range parameters {
		query.Set(name, value)
	}
	extended := *target
	extended.RawQuery = query.Encode()
	return extended.String()
}

// RedirectURLWithToken is a redirect URL with a token and its type, by which a browser comes to the application. Nil is
// the project's default. One that is no URL is refused with malformed.
func RedirectURLWithToken(
	tx *state.Tx, redirectURL *string, tokenType, token string, malformed *ops.Error,
) (string, error) {
	target, err := CheckRedirectURL(tx, redirectURL, malformed, ops.ErrNoMatchForProvidedMagicLinkURL)
	if err != nil {
		return "", err
	}
	return WithToken(target, tokenType, token), nil
}
