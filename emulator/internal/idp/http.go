// Package idp is the client of the identity providers of organizations: it reads the metadata of SAML and OIDC
// providers, and logs people in with OIDC. What it reads is bounded in size and time, and a server leads to no other.
//
// The names that matter are [Login], which ends in [PersonOf], [Discover] and [FetchSAMLMetadata].
package idp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

const (
	// maxDocument bounds what a server answers with, in bytes.
	maxDocument = 1 << 20
	// timeout bounds how long it may take.
	timeout      = 5 * time.Second
	maxRedirects = 3
)

// get reads a document.
func get(ctx context.Context, address string, header http.Header) ([]byte, error) {
	return send(ctx, http.MethodGet, address, header, nil)
}

// send sends a request to a URL of a connection, see [exchange].
func send(ctx context.Context, method, address string, header http.Header, body io.Reader) ([]byte, error) {
	if err := state.CheckServerURL(address); err != nil {
		return nil, fmt.Errorf("the URL is not used: it is %w", err)
	}
	return exchange(ctx, method, address, header, body)
}

// errElsewhere is the error of a redirect to another server.
var errElsewhere = errors.New("the server leads elsewhere")

// statusError is the error of a response whose status is not 200.
type statusError struct {
	status int
	// oauth is the error of OAuth2 in the body (RFC 6749, section 5.2), empty if there is none.
	oauth string
}

func (e *statusError) Error() string {
	return fmt.Sprintf("the server answers with status %d", e.status)
}

// OAuthErrorForm is that of the errors of OAuth2 that are repeated (RFC 6749, section 4.1.2.1).
var OAuthErrorForm = regexp.MustCompile(`^[a-z_]{1,64}$`)

// oauthError is the error of OAuth2 in a body.
func oauthError(body io.Reader) string {
	data, _ := io.ReadAll(io.LimitReader(body, maxDocument))
	var fields struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(data, &fields) != nil || !OAuthErrorForm.MatchString(fields.Error) {
		return ""
	}
	return fields.Error
}

// exchange sends a request and returns the body of the response, whose status must be 200. Redirects are followed on
// the same server only. Errors say nothing of what answered but its status and, of a token endpoint, the error of
// OAuth2: whoever sets the URL of a connection must not learn from them which ports of this machine are open, and what
// listens there.
func exchange(ctx context.Context, method, address string, header http.Header, body io.Reader) ([]byte, error) {
	// What traces a call of the emulator in the same process must not see these requests.
	own, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	defer context.AfterFunc(ctx, cancel)()
	r, err := http.NewRequestWithContext(own, method, address, body)
	if err != nil {
		return nil, errors.New("the URL is malformed")
	}
	maps.Copy(r.Header, header)
	// A URL of a connection may lead to the emulator itself, whose control endpoints are not for others.
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	client := &http.Client{
		Transport: &http.Transport{DisableKeepAlives: true, MaxResponseHeaderBytes: maxDocument},
		CheckRedirect: func(to *http.Request, via []*http.Request) error {
			from := via[0].URL
			if len(via) > maxRedirects || to.URL.Scheme != from.Scheme || to.URL.Host != from.Host {
				return errElsewhere
			}
			return nil
		},
	}
	resp, err := client.Do(r)
	switch {
	case errors.Is(err, errElsewhere):
		return nil, errElsewhere
	case err != nil:
		return nil, errors.New("the server does not answer")
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, &statusError{resp.StatusCode, oauthError(resp.Body)}
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxDocument+1))
	switch {
	case err != nil:
		return nil, errors.New("the response ends early")
	case len(data) > maxDocument:
		return nil, fmt.Errorf("the response is larger than %d bytes", maxDocument)
	}
	return data, nil
}

// bearer is the header with an access token (RFC 6750, section 2.1).
func bearer(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }

// UserInfo asks a userinfo endpoint whose an access token is (OpenID Connect Core 1.0, section 5.3). The URL is one of
// the project's settings, which may be http on another machine.
func UserInfo(ctx context.Context, address, token string) (map[string]any, error) {
	document, err := exchange(ctx, http.MethodGet, address, bearer(token), nil)
	if err != nil {
		return nil, err
	}
	return ParseObject(document)
}
