package stytchtest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"time"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/magiclinks/discovery"
	"github.com/seed75add069/stytch-go/b2b/oauth"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/b2b/sso"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// In a test the first line is server := stytchtest.New(t).
func Example() {
	ctx := context.Background()
	server := stytchtest.NewServer()
	client := server.Client()
	ada := server.CreateOrganization("ada@example.com", "Analytical Engines", nil)

	jwt := &sessions.AuthenticateJWTLocalRequest{SessionJWT: ada.SessionJWT}
	session, err := client.B2B.Sessions.AuthenticateJWTLocal(ctx, jwt)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(session.OrganizationSlug, session.Roles)

	token := server.MagicLink("ada@example.com")
	server.Clock().Advance(61 * time.Minute) // a JWT is valid for five minutes, a link for an hour
	_, err = client.B2B.Sessions.AuthenticateJWTLocal(ctx, jwt)
	fmt.Println("JWT expired:", errors.Is(err, stytcherror.ErrTokenExpired))
	_, err = client.B2B.MagicLinks.Discovery.Authenticate(ctx, &discovery.AuthenticateRequest{
		DiscoveryMagicLinksToken: token,
	})
	fmt.Println("link expired:", errors.Is(err, stytcherror.CodeUnableToAuthMagicLink))
	// Output:
	// analytical-engines [stytch_member stytch_admin]
	// JWT expired: true
	// link expired: true
}

// A handler is tested with somebody who is logged in.
func ExampleServer_LogIn() {
	server := stytchtest.NewServer()
	client := server.Client()
	edit := func(w http.ResponseWriter, r *http.Request) {
		session, err := client.B2B.Sessions.AuthenticateJWTLocal(r.Context(), &sessions.AuthenticateJWTLocalRequest{
			SessionJWT: strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "),
		})
		switch {
		case err != nil:
			w.WriteHeader(http.StatusUnauthorized)
		case !slices.Contains(session.Roles, "editor"):
			w.WriteHeader(http.StatusForbidden)
		}
	}

	acme := stytchtest.InOrganization("acme")
	for _, visitor := range []*stytchtest.Visitor{
		server.LogIn("ada@example.com", acme, stytchtest.WithRoles("editor")),
		server.LogIn("charles@example.com", acme),
		{SessionJWT: "not a JWT"},
	} {
		r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/documents/1", nil)
		w := httptest.NewRecorder()
		edit(w, visitor.Bearer(r))
		fmt.Print(w.Code, " ")
	}
	// Output: 200 403 401
}

// A person chooses an account at the provider's page, or denies the login.
func ExampleServer_Choose() {
	server := stytchtest.NewServer()
	server.LogIn("ada@example.com", stytchtest.InOrganization("acme"))
	start, err := server.Client().B2B.OAuth.StartURL(&oauth.StartURLRequest{
		Provider: oauth.ProviderGoogle, PublicToken: server.PublicToken(), Slug: new("acme"),
	})
	if err != nil {
		log.Fatal(err)
	}
	app := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprint(w, r.FormValue("stytch_token_type"), r.FormValue("error"))
	})
	browser := server.Browser(app)
	for _, fields := range []url.Values{{"account": {"ada@example.com"}}, {"deny": {"true"}}} {
		page, err := browser.Get(start) //nolint:bodyclose,noctx // Choose closes the body
		if err != nil {
			log.Fatal(err)
		}
		resp := server.Choose(browser, page, fields)
		text, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		fmt.Printf("%s\n", text)
	}
	// Output:
	// oauth
	// access_denied
}

// A handler that verifies tokens is tested with a token for each outcome.
func ExampleServer_MintSessionJWT() {
	server := stytchtest.NewServer()
	client := server.Client()
	guard := func(w http.ResponseWriter, r *http.Request) {
		_, err := client.B2B.Sessions.AuthenticateJWTLocal(r.Context(), &sessions.AuthenticateJWTLocalRequest{
			SessionJWT: strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "),
		})
		if err != nil {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}

	editor := stytchtest.Session{MemberID: "member-test-1", Roles: []string{"editor"}}
	for _, token := range []string{
		server.MintSessionJWT(editor),
		server.MintSessionJWT(editor, stytchtest.IssuedAt(server.Clock().Now().Add(-4*time.Minute))),
		server.MintSessionJWT(editor, stytchtest.Expired()),
		server.MintSessionJWT(editor, stytchtest.Forged()),
		server.MintSessionJWT(editor, stytchtest.OtherKey()),
		server.MintSessionJWT(editor, stytchtest.OtherProject()),
		server.MintSessionJWT(stytchtest.Session{UserID: "user-test-1"}),
		server.MintAccessToken(stytchtest.AccessToken{Scopes: []string{"read:books"}}),
	} {
		r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		guard(w, r)
		fmt.Print(w.Code, " ")
	}
	// Output: 200 200 401 401 401 401 401 401
}

// Where a login through the emulator would take many calls, as by SSO, the test sets the API's response.
func ExampleServer_Respond() {
	server := stytchtest.NewServer()
	server.Respond("b2b.sso.authenticate", `{"member_authenticated": true, "session_token": "example-session-token"}`)

	resp, err := server.Client().B2B.SSO.Authenticate(context.Background(), &sso.AuthenticateRequest{
		SSOToken: "example-token",
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.SessionToken)
	fmt.Println(server.Requests()[0])
	// Output:
	// example-session-token
	// POST /v1/b2b/sso/authenticate
	// {"sso_token":"example-token"}
}

func ExampleServer_RespondError() {
	server := stytchtest.NewServer()
	server.RespondError("b2b.sso.authenticate", &stytcherror.Error{
		StatusCode: 404, Code: stytcherror.CodeSSOTokenNotFound,
	})

	_, err := server.Client().B2B.SSO.Authenticate(context.Background(), &sso.AuthenticateRequest{
		SSOToken: "example-token",
	})
	fmt.Println(errors.Is(err, stytcherror.CodeSSOTokenNotFound))
	// Output: true
}

// ErrorResponse is for fake servers without the emulator.
func ExampleErrorResponse() {
	status, body := stytchtest.ErrorResponse(&stytcherror.Error{
		StatusCode: 404, Code: stytcherror.CodeSessionNotFound,
	})
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write(body)
	}))
	defer api.Close()

	client, err := stytch.NewClient(stytch.Config{
		ProjectID: "project-test-1", Secret: "secret-test-1", BaseURL: api.URL, HTTPClient: api.Client(),
	})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.B2B.Sessions.Authenticate(context.Background(), &sessions.AuthenticateRequest{
		SessionToken: new("example-session-token"),
	})
	fmt.Println(errors.Is(err, stytcherror.CodeSessionNotFound))
	// Output: true
}
