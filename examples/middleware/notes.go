package main

import (
	"context"
	"html/template"
	"log/slog"
	"net/http"
	"slices"
	"sync"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/httpauth"
)

// newApp returns the application. Without an emulator, the client would be that of stytch.ConfigFromEnv, and
// origin+"/auth/callback" a redirect URL of the project.
func newApp(client *stytch.Client, origin string) (http.Handler, error) {
	auth, err := httpauth.NewB2B(client, httpauth.Config{
		Origin:  origin,
		OnEvent: func(ctx context.Context, e httpauth.Event) { slog.DebugContext(ctx, "auth", "event", e) },
	})
	if err != nil {
		return nil, err
	}
	login, err := auth.Login(httpauth.LoginConfig{Name: "Notes"})
	if err != nil {
		return nil, err
	}
	n := &notes{of: map[string][]string{}}
	app := auth.Router() // whatever is not declared Public needs a session
	app.Public(login.Prefix(), login)
	app.HandleFunc("GET /{$}", n.list)
	app.HandleFunc("POST /notes", n.add)
	app.HandleFunc("POST /clear", n.clear, httpauth.Permission("stytch.organization", "delete")) // administrators
	return app, nil
}

// notes are the notes of all organizations.
type notes struct {
	mu sync.Mutex
	of map[string][]string // by organization id
}

func (n *notes) list(w http.ResponseWriter, r *http.Request) {
	p := httpauth.Must(r.Context())
	n.mu.Lock()
	list := slices.Clone(n.of[p.OrganizationID])
	n.mu.Unlock()
	_ = page.Execute(w, map[string]any{"Slug": p.OrganizationSlug, "Notes": list})
}

func (n *notes) add(w http.ResponseWriter, r *http.Request) {
	id, text := httpauth.Must(r.Context()).OrganizationID, r.PostFormValue("text")
	n.mu.Lock()
	n.of[id] = append(n.of[id], text)
	n.mu.Unlock()
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (n *notes) clear(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	delete(n.of, httpauth.Must(r.Context()).OrganizationID)
	n.mu.Unlock()
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

var page = template.Must(template.New("").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Notes</title>
<h1>Notes of {{.Slug}}</h1>
<ul>{{range .Notes}}<li>{{.}}</li>{{end}}</ul>
<form method="post" action="/notes"><input name="text" aria-label="Note" required><button>Add</button></form>
<form method="post" action="/clear"><button>Delete all</button></form>
<form method="post" action="/auth/logout"><button>Log out</button></form>
</html>
`))
