package httpauth_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// Against the real service the client is that of stytch.NewClient(stytch.ConfigFromEnv()), and the last line is
// http.ListenAndServe("localhost:8080", app).
func Example() {
	server := stytchtest.NewServer() // an emulator
	client := server.Client()

	auth, err := httpauth.NewB2B(client, httpauth.Config{Origin: "http://localhost:8080"})
	if err != nil {
		log.Fatal(err)
	}
	login, err := auth.Login(httpauth.LoginConfig{Name: "Notes"})
	if err != nil {
		log.Fatal(err)
	}
	app := auth.Router() // whatever is not declared Public needs a session
	app.Public(login.Prefix(), login)
	app.HandleFunc("GET /notes", func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintln(w, "Notes of", httpauth.Must(r.Context()).OrganizationSlug)
	})

	// A browser without a session, and one with the cookies of a login.
	r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/notes?page=2", nil)
	r.Header.Set("Accept", "text/html")
	w := httptest.NewRecorder()
	app.ServeHTTP(w, r)
	fmt.Println(w.Code, w.Header().Get("Location"))

	ada := server.LogIn("ada@example.com", stytchtest.InOrganization("acme"))
	for _, c := range auth.Cookies(httpauth.Tokens{SessionToken: ada.SessionToken, SessionJWT: ada.SessionJWT}) {
		r.AddCookie(c)
	}
	w = httptest.NewRecorder()
	app.ServeHTTP(w, r)
	fmt.Print(w.Code, " ", w.Body)
	// Output:
	// 303 /auth/login?next=%2Fnotes%3Fpage%3D2
	// 200 Notes of acme
}

// Rules say who may pass. Who has no fresh factor is challenged to prove one, as in RFC 9470.
func ExampleGuard_Require() {
	server := stytchtest.NewServer()
	auth, err := httpauth.NewB2B(server.Client(), httpauth.Config{Origin: "https://app.example.com"})
	if err != nil {
		log.Fatal(err)
	}
	remove := auth.Require(
		httpauth.Permission("stytch.organization", "delete"),
		httpauth.FreshWithin(10*time.Minute, httpauth.FactorTOTP, httpauth.FactorSMS),
	)(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))

	acme := stytchtest.InOrganization("acme")
	for _, visitor := range []*stytchtest.Visitor{
		server.LogIn("ada@example.com", acme, stytchtest.WithFactor(httpauth.FactorTOTP, time.Minute)), // creates acme
		server.LogIn("ada@example.com", acme, stytchtest.WithFactor(httpauth.FactorTOTP, time.Hour)),
		server.LogIn("charles@example.com", acme),
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(context.Background(), http.MethodDelete, "/", nil)
		remove.ServeHTTP(w, visitor.Bearer(r))
		fmt.Println(w.Code, cmp.Or(w.Header().Get("WWW-Authenticate"), "no challenge"))
	}
	// Output:
	// 200 no challenge
	// 401 Bearer error="insufficient_user_authentication", acr_values="totp sms", max_age="600"
	// 403 no challenge
}

// A route that nobody declared needs a session too, before it is a 404.
func ExampleGuard_Router() {
	server := stytchtest.NewServer()
	auth, err := httpauth.NewB2B(server.Client(), httpauth.Config{Origin: "https://app.example.com"})
	if err != nil {
		log.Fatal(err)
	}
	ok := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	app := auth.Router()
	app.Public("GET /healthz", ok)
	app.Handle("GET /{org}/notes", ok, httpauth.InOrganization(httpauth.PathValue("org")))
	app.Handle("POST /ingest", ok, httpauth.Machines("write:ingest"))

	ada := server.LogIn("ada@example.com", stytchtest.InOrganization("acme"))
	for _, path := range []string{"/healthz", "/acme/notes", "/other/notes", "/unknown"} {
		without, with := httptest.NewRecorder(), httptest.NewRecorder()
		r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, path, nil)
		app.ServeHTTP(without, r)
		app.ServeHTTP(with, ada.Bearer(r))
		fmt.Println(path, without.Code, with.Code)
	}
	// Output:
	// /healthz 200 200
	// /acme/notes 401 200
	// /other/notes 401 403
	// /unknown 401 404
}

// Events feed logs and counters. They have no tokens.
func ExampleEvent() {
	server := stytchtest.NewServer()
	var admitted, denied atomic.Int64
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Key == slog.LevelKey {
				return slog.Attr{} // so that the output is short, and the same each time
			}
			return a
		},
	}))
	auth, err := httpauth.NewB2B(server.Client(), httpauth.Config{
		Origin: "https://app.example.com",
		OnEvent: func(ctx context.Context, e httpauth.Event) {
			switch e.Kind {
			case httpauth.EventAdmitted:
				admitted.Add(1) // too many to log
			case httpauth.EventDenied:
				denied.Add(1)
				logger.WarnContext(ctx, "auth", "event", e)
			default:
				logger.InfoContext(ctx, "auth", "event", e)
			}
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	app := auth.Router()
	app.HandleFunc("GET /", func(http.ResponseWriter, *http.Request) {})

	r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/notes", nil)
	app.ServeHTTP(httptest.NewRecorder(), r)
	app.ServeHTTP(httptest.NewRecorder(), server.LogIn("ada@example.com").Bearer(r))
	r.Header.Set("Authorization", "Bearer guess")
	app.ServeHTTP(httptest.NewRecorder(), r)
	fmt.Println(admitted.Load(), "admitted,", denied.Load(), "denied")
	// Output:
	// msg=auth event.kind=denied event.reason=login_required event.pattern="GET /"
	// msg=auth event.kind=denied event.reason=invalid_token event.error="the token is malformed" event.pattern="GET /"
	// 1 admitted, 2 denied
}

// Check is for calls without a request of net/http, as of gRPC, and for messages of a queue.
func ExampleGuard_Check() {
	server := stytchtest.NewServer()
	auth, err := httpauth.NewB2B(server.Client(), httpauth.Config{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	token := server.MintAccessToken(stytchtest.AccessToken{
		ClientID: "m2m-client-test-1", Scopes: []string{"read:reports"},
	})
	for _, scope := range []string{"read:reports", "write:reports"} {
		caller, err := auth.Check(ctx, "Bearer "+token, httpauth.Machines(scope))
		if denied, ok := errors.AsType[*httpauth.Denial](err); ok {
			fmt.Println(denied.Status, denied.Reason)
			continue
		}
		fmt.Println(caller)
	}
	// Output:
	// machine m2m-client-test-1
	// 403 insufficient_scope
}

// An answer that takes long asks again whether the session lasts.
func ExampleGuard_Recheck() {
	server := stytchtest.NewServer()
	auth, err := httpauth.NewB2B(server.Client(), httpauth.Config{Origin: "https://app.example.com"})
	if err != nil {
		log.Fatal(err)
	}
	updates := make(chan string, 2)
	events := auth.Require()(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithDeadline(r.Context(), httpauth.Must(r.Context()).ExpiresAt)
		defer cancel()
		w.Header().Set("Content-Type", "text/event-stream")
		for {
			select {
			case <-ctx.Done():
				return
			case text := <-updates:
				if auth.Recheck(ctx) != nil {
					return
				}
				_, _ = fmt.Fprintf(w, "data: %s\n\n", text)
				_ = http.NewResponseController(w).Flush()
			}
		}
	}))

	ada := server.LogIn("ada@example.com")
	r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/events", nil)
	for _, c := range auth.Cookies(httpauth.Tokens{SessionToken: ada.SessionToken, SessionJWT: ada.SessionJWT}) {
		r.AddCookie(c)
	}
	updates <- "first"
	w := &flushed{ResponseRecorder: httptest.NewRecorder(), then: func() {
		if err := auth.SignOut(httptest.NewRecorder(), r); err != nil { // in another tab
			log.Fatal(err)
		}
		updates <- "second"
	}}
	events.ServeHTTP(w, r)
	fmt.Print(strings.TrimSpace(w.Body.String()))
	// Output:
	// data: first
}

// flushed calls then after the first part of an answer.
type flushed struct {
	*httptest.ResponseRecorder

	then func()
}

func (f *flushed) Flush() { f.then() }

// A test of a handler gives it a principal, without tokens. The guard holds it to its rules.
func ExampleGuard_WithPrincipal() {
	server := stytchtest.NewServer()
	auth, err := httpauth.NewB2B(server.Client(), httpauth.Config{Origin: "https://app.example.com"})
	if err != nil {
		log.Fatal(err)
	}
	app := auth.Router()
	app.HandleFunc("GET /{org}/notes", func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintln(w, "Notes for", httpauth.Must(r.Context()))
	}, httpauth.InOrganization(httpauth.PathValue("org")))

	ctx := auth.WithPrincipal(context.Background(), &httpauth.Principal{
		Kind: httpauth.KindMember, ID: "member-test-1",
		OrganizationID: "organization-test-1", OrganizationSlug: "acme",
	})
	for _, path := range []string{"/acme/notes", "/other/notes"} {
		w := httptest.NewRecorder()
		app.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil))
		fmt.Print(w.Code, " ", w.Body)
	}
	// Output:
	// 200 Notes for member member-test-1 in organization-test-1
	// 403 {"error":"wrong_organization","error_description":"There is nothing here for you."}
}

// A Responder writes answers in the application's own form. The headers, such as WWW-Authenticate, are set.
func ExampleResponder() {
	server := stytchtest.NewServer()
	auth, err := httpauth.NewB2B(server.Client(), httpauth.Config{
		Origin: "https://app.example.com",
		Respond: func(w http.ResponseWriter, r *http.Request, d *httpauth.Denial) {
			if !strings.HasPrefix(r.URL.Path, "/api/") {
				d.Write(w, r) // redirects and pages
				return
			}
			w.Header().Set("Content-Type", "application/problem+json") // RFC 9457
			w.WriteHeader(d.Status)
			_, _ = fmt.Fprintf(w, `{"type":"about:blank","status":%d,"reason":%q}`, d.Status, d.Reason)
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/api/notes", nil)
	auth.Router().ServeHTTP(w, r)
	fmt.Println(w.Header().Get("WWW-Authenticate"))
	fmt.Println(w.Body)
	// Output:
	// Bearer
	// {"type":"about:blank","status":401,"reason":"login_required"}
}

// Allow is for rules of the application's own. Who may not know that there is a document gets 404 in place of 403.
func ExampleAllow() {
	server := stytchtest.NewServer()
	auth, err := httpauth.NewB2B(server.Client(), httpauth.Config{Origin: "https://app.example.com"})
	if err != nil {
		log.Fatal(err)
	}
	owners := map[string]string{"1": "member-test-1", "2": "member-test-2"} // of documents
	app := auth.Router()
	app.HandleFunc("GET /documents/{id}", func(http.ResponseWriter, *http.Request) {},
		httpauth.Allow(func(r *http.Request, p *httpauth.Principal) error {
			if owners[r.PathValue("id")] != p.ID {
				return &httpauth.Denial{Status: http.StatusNotFound}
			}
			return nil
		}))

	for _, path := range []string{"/documents/1", "/documents/2", "/documents/3"} {
		r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, path, nil)
		r.Header.Set("Authorization", "Bearer "+server.MintSessionJWT(stytchtest.Session{MemberID: "member-test-1"}))
		w := httptest.NewRecorder()
		app.ServeHTTP(w, r)
		fmt.Println(path, w.Code)
	}
	// Output:
	// /documents/1 200
	// /documents/2 404
	// /documents/3 404
}

// Custom claims decode into a struct of the application's.
func ExampleClaims() {
	type claims struct {
		Plan  string `json:"plan"`
		Seats int    `json:"seats"`
	}
	server := stytchtest.NewServer()
	auth, err := httpauth.NewB2B(server.Client(), httpauth.Config{Origin: "https://app.example.com"})
	if err != nil {
		log.Fatal(err)
	}
	ada := server.LogIn("ada@example.com", stytchtest.WithClaims(map[string]any{"plan": "pro", "seats": 12}))
	who, err := auth.Check(context.Background(), ada.SessionJWT)
	if err != nil {
		log.Fatal(err)
	}
	c, err := httpauth.Claims[claims](who)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(c.Plan, c.Seats)
	// Output: pro 12
}

// OnLogin keeps a row for each member, and refuses some. It runs before the cookies are set.
func ExampleLoginConfig() {
	server := stytchtest.NewServer()
	auth, err := httpauth.NewB2B(server.Client(), httpauth.Config{Origin: "https://app.example.com"})
	if err != nil {
		log.Fatal(err)
	}
	rows := map[string]string{} // a database
	login, err := auth.Login(httpauth.LoginConfig{
		Name:               "Notes",
		Home:               "/notes",
		NoNewOrganizations: true,
		OnLogin: func(_ *http.Request, a *httpauth.Arrival) error {
			if a.Principal.Impersonator != "" {
				return errors.New("no impersonation here")
			}
			rows[a.Member.MemberID] = a.Member.EmailAddress
			return nil
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(login.Prefix(), login.URL("/notes/7"))
	// Output: /auth/ /auth/login?next=%2Fnotes%2F7
}
