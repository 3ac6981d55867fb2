// Package httpauth guards the handlers of a web application by sessions of Stytch, and logs people in. A [Guard] is
// middleware of net/http; a [Login] has the pages and routes of a login.
//
//	auth, err := httpauth.NewB2B(client, httpauth.Config{Origin: "https://app.example.com"})
//	login, err := auth.Login(httpauth.LoginConfig{Name: "Notes", Home: "/notes"})
//
//	app := auth.Router() // whatever is not declared Public needs a session
//	app.Public(login.Prefix(), login)
//	app.HandleFunc("GET /notes", func(w http.ResponseWriter, r *http.Request) {
//		fmt.Fprintln(w, "Notes of", httpauth.Must(r.Context()).OrganizationSlug)
//	})
//
// Routes of other routers are guarded by [Guard.Require], and calls without HTTP by [Guard.Check]. A [Rule] says who
// may pass, such as [Permission], [InOrganization] or [Machines]. [Must] returns who sends a request.
//
// A guard verifies a session's JWT locally. It asks the API only once the JWT has expired, or where a Rule wants to
// know more, by the session token, and sets fresh cookies. Answers are remembered in the process, and bounded in number
// and time. A JWT that is valid is accepted for up to five minutes after its session was revoked elsewhere, unless
// [MaxAge] or [Remote] stands.
//
// While the API is out of reach, requests whose JWT has expired are answered with 503, unless [Config].OutageGrace is
// set, and nobody is logged out.
//
// So far people log in by a link in an e-mail only, and nothing asks for second factors: what a Login cannot do is
// answered with 501 or refused by [Guard.Login]. [Guard.SignIn] is for logins of the application's own.
//
// The guide has tables and recipes: docs/guides/middleware.md.
package httpauth
