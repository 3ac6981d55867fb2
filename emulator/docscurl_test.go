package emulator_test

import (
	"encoding/json"
	"io"
	"iter"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/scim/connection"
	"github.com/seed75add069/stytch-go/b2b/sso/oidc"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// The curl commands in docs/EMULATOR.md work as they are printed, one after the other.
func TestDocs_curlCommandsWork(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../docs/EMULATOR.md")
	require.NoError(t, err)
	h := newHarness(t)
	env := shell{
		"STYTCH_BASE_URL": h.URL(), "STYTCH_PROJECT_ID": h.ID(), "STYTCH_SECRET": h.Secret(), "STYTCH_PUBLIC_TOKEN": h.PublicToken(),
	}
	env["BASE_URL"], env["TOKEN"] = h.connections()
	ran := 0
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(doc), -1) {
		for words := range env.commands(block[1]) {
			if words[0] != "curl" {
				continue
			}
			ran++
			req := curl(t, words[1:])
			if req.URL.Host == "127.0.0.1:4100" {
				req.URL.Host = strings.TrimPrefix(h.URL(), "http://")
			}
			resp, err := http.DefaultTransport.RoundTrip(req)
			require.NoError(t, err, "%q", words)
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			assert.Less(t, resp.StatusCode, 400, "%q: %s", words, body)
			var object struct{ ID string }
			if json.Unmarshal(body, &object) == nil && object.ID != "" && env["ID"] == "" {
				env["ID"] = object.ID // of the user, which later commands name
			}
		}
	}
	assert.Equal(t, 11, ran, "commands in the document")
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
}

// connections makes Acme, whom the document's commands name, with a connection of SSO that is played, and one of SCIM,
// whose base URL and bearer token it returns.
func (h *harness) connections() (baseURL, token string) {
	h.t.Helper()
	org := h.LogIn("ada@example.com", stytchtest.InOrganization("acme")).OrganizationID
	created, err := h.api.B2B.SSO.OIDC.CreateConnection(h.t.Context(), &oidc.CreateConnectionRequest{OrganizationID: org})
	require.NoError(h.t, err)
	played := new("http://127.0.0.1:1") // where nothing listens
	_, err = h.api.B2B.SSO.OIDC.UpdateConnection(h.t.Context(), &oidc.UpdateConnectionRequest{
		OrganizationID: org, ConnectionID: created.Connection.ConnectionID, Issuer: played, ClientID: new("acme"), ClientSecret: new("secret"),
		AuthorizationURL: played, TokenURL: played, UserinfoURL: played, JWKSURL: played,
	})
	require.NoError(h.t, err)
	overNetwork := h.NewClient(stytch.Config{BaseURL: h.URL()})
	scim, err := overNetwork.B2B.SCIM.Connection.Create(h.t.Context(), &connection.CreateRequest{OrganizationID: org})
	require.NoError(h.t, err)
	return scim.Connection.BaseURL, scim.Connection.BearerToken
}

// shell has the variables of a script.
type shell map[string]string

var word = regexp.MustCompile(`(?s)#[^\n]*|\\\n|\n|[ \t]+|'[^']*'|"[^"]*"|[^ \t\n'"\\#]+`)

// commands are the words of a script's commands, each with the variables as they are by then. Assignments are carried
// out; nothing else of a shell is known.
func (env shell) commands(script string) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		var words []string
		between := true
		for _, part := range word.FindAllString(script, -1) {
			switch {
			case part == "\n":
				if name, value, found := strings.Cut(strings.Join(words, "\n"), "="); found && len(words) == 1 {
					env[name] = value
				} else if len(words) > 0 && !yield(words) {
					return
				}
				words, between = nil, true
				continue
			case strings.TrimLeft(part, " \t") == "" || part == "\\\n" || part[0] == '#':
				between = true
				continue
			case part[0] == '\'':
				part = strings.Trim(part, "'")
			default:
				part = os.Expand(strings.Trim(part, `"`), func(name string) string { return env[name] })
			}
			if between {
				words = append(words, "")
			}
			words[len(words)-1] += part
			between = false
		}
	}
}

// curl is the request of a command. It fails on an option that it does not know.
func curl(t *testing.T, args []string) *http.Request {
	t.Helper()
	method, target, data, isGet := "", "", "", false
	header := http.Header{}
	var user []string
	for len(args) > 0 {
		option, value := args[0], args[min(1, len(args)-1)]
		args = args[1:]
		switch option {
		case "-G", "--get":
			isGet = true
			continue
		case "-s", "--silent", "--fail", "--retry-connrefused":
			continue
		case "-o", "-w", "--retry", "--retry-delay":
		case "-X":
			method = value
		case "-u":
			user = strings.SplitN(value, ":", 2)
		case "-H":
			name, text, _ := strings.Cut(value, ": ")
			header.Set(name, text)
		case "-d":
			data += "&" + value
		case "--data-urlencode":
			name, text, _ := strings.Cut(value, "=")
			data += "&" + name + "=" + url.QueryEscape(text)
		default:
			require.NotEqual(t, "-", option[:1], "the test does not know %s", option)
			target = option
			continue
		}
		args = args[1:]
	}
	data = strings.TrimPrefix(data, "&")
	if isGet {
		target, data = target+"?"+data, ""
	}
	if method == "" && data != "" {
		method = "POST"
	}
	req, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(data))
	require.NoError(t, err)
	req.Header = header
	if data != "" && header.Get("Content-Type") == "" {
		header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if user != nil {
		req.SetBasicAuth(user[0], user[1])
	}
	return req
}
