package project

import (
	"github.com/seed75add069/stytch-go/b2c/connectedapp"
	"github.com/seed75add069/stytch-go/b2c/connectedapp/clients"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

func appRoutes() []engine.Route {
	return []engine.Route{
		engine.Handle(ops.ConnectedAppClientsCreate, createApp),
		engine.Handle(ops.ConnectedAppClientsGet, getApp),
		engine.Handle(ops.ConnectedAppClientsUpdate, updateApp),
		engine.Handle(ops.ConnectedAppClientsDelete, deleteApp),
		engine.Handle(ops.ConnectedAppClientsSearch, searchApps),
	}
}

// How an app was created. Unverified: the values.
const (
	creationByProject = "manual"
	creationByItself  = "dynamic_registration"
)

// appKind is how the id of an app begins.
const appKind = "connected-app"

// newApp is an app with default settings, which is not stored.
func newApp(tx *engine.Tx, kind connectedapp.ClientType, creation string) *state.ConnectedApp {
	app := &state.ConnectedApp{CreatedAt: tx.Now}
	app.ClientID, app.ClientType, app.Status = tx.ID(appKind), kind, state.AppActive
	app.CreationMethod, app.AccessTokenExpiryMinutes = creation, state.DefaultAccessTokenMinutes
	return app
}

// putApp validates a new app and stores it. It returns its secret, which is empty for a public one.
func putApp(tx *engine.Tx, app *state.ConnectedApp) (secret string, err error) {
	if err := app.Check(); err != nil {
		return "", err
	}
	if tx.ConnectedApps.Len() >= state.MaxEntries {
		return "", ops.ErrTooManyConnectedApps.Because("A project has at most %d apps.", state.MaxEntries)
	}
	if !app.IsPublic() {
		secret = tx.Token()
		app.SetSecret(secret, &app.ClientSecretLastFour)
	}
	tx.ConnectedApps.Put(app)
	return secret, nil
}

// createApp creates an app. Its response is the only one with the secret.
func createApp(tx *engine.Tx, req *clients.CreateRequest) (*clients.CreateResponse, error) {
	app := newApp(tx, req.ClientType, creationByProject)
	state.Set(&app.ClientName, req.ClientName)
	state.Set(&app.ClientDescription, req.ClientDescription)
	state.Set(&app.FullAccessAllowed, req.FullAccessAllowed)
	state.Set(&app.AccessTokenExpiryMinutes, req.AccessTokenExpiryMinutes)
	state.Set(&app.AccessTokenCustomAudience, req.AccessTokenCustomAudience)
	state.Set(&app.AccessTokenTemplateContent, req.AccessTokenTemplateContent)
	state.Set(&app.LogoURL, req.LogoURL)
	state.Set(&app.BypassConsentForOfflineAccess, req.BypassConsentForOfflineAccess)
	state.Set(&app.IDTokenTemplateContent, req.IDTokenTemplateContent)
	app.RedirectURLs, app.PostLogoutRedirectURLs = req.RedirectURLs, req.PostLogoutRedirectURLs
	secret, err := putApp(tx, app)
	if err != nil {
		return nil, err
	}
	return &clients.CreateResponse{ConnectedApp: connectedapp.ConnectedAppWithClientSecret{
		ClientID: app.ClientID, ClientName: app.ClientName, ClientDescription: app.ClientDescription,
		Status: app.Status, FullAccessAllowed: app.FullAccessAllowed, ClientType: app.ClientType,
		RedirectURLs: app.RedirectURLs, AccessTokenExpiryMinutes: app.AccessTokenExpiryMinutes,
		AccessTokenTemplateContent:    app.AccessTokenTemplateContent,
		PostLogoutRedirectURLs:        app.PostLogoutRedirectURLs,
		BypassConsentForOfflineAccess: app.BypassConsentForOfflineAccess,
		IDTokenTemplateContent:        app.IDTokenTemplateContent,
		ClientSecretLastFour:          app.ClientSecretLastFour, ClientSecret: secret,
		AccessTokenCustomAudience: app.AccessTokenCustomAudience, LogoURL: app.LogoURL,
	}}, nil
}

func getApp(tx *engine.Tx, req *clients.GetRequest) (*clients.GetResponse, error) {
	app, err := findApp(tx, req.ClientID)
	if err != nil {
		return nil, err
	}
	return &clients.GetResponse{ConnectedApp: app.ConnectedApp}, nil
}

// updateApp changes what is given. Access that the app has stays as it is.
func updateApp(tx *engine.Tx, req *clients.UpdateRequest) (*clients.UpdateResponse, error) {
	// What is malformed is refused before the app is looked up.
	if _, err := updatedApp(newApp(tx, connectedapp.ClientTypeFirstParty, ""), req); err != nil {
		return nil, err
	}
	app, err := findApp(tx, req.ClientID)
	if err != nil {
		return nil, err
	}
	if app, err = updatedApp(app, req); err != nil {
		return nil, err
	}
	tx.ConnectedApps.Put(app)
	return &clients.UpdateResponse{ConnectedApp: app.ConnectedApp}, nil
}

// updatedApp returns a copy of an app with what a request changes.
func updatedApp(app *state.ConnectedApp, req *clients.UpdateRequest) (*state.ConnectedApp, error) {
	changed := *app
	state.Set(&changed.ClientName, req.ClientName)
	state.Set(&changed.ClientDescription, req.ClientDescription)
	state.Set(&changed.FullAccessAllowed, req.FullAccessAllowed)
	state.Set(&changed.AccessTokenExpiryMinutes, req.AccessTokenExpiryMinutes)
	state.Set(&changed.AccessTokenCustomAudience, req.AccessTokenCustomAudience)
	state.Set(&changed.AccessTokenTemplateContent, req.AccessTokenTemplateContent)
	state.Set(&changed.LogoURL, req.LogoURL)
	state.Set(&changed.BypassConsentForOfflineAccess, req.BypassConsentForOfflineAccess)
	state.Set(&changed.IDTokenTemplateContent, req.IDTokenTemplateContent)
	if req.RedirectURLs != nil {
		changed.RedirectURLs = req.RedirectURLs
	}
	if req.PostLogoutRedirectURLs != nil {
		changed.PostLogoutRedirectURLs = req.PostLogoutRedirectURLs
	}
	return &changed, changed.Check()
}

// deleteApp deletes an app. What members have granted to it ends, and no organization names it any more.
func deleteApp(tx *engine.Tx, req *clients.DeleteRequest) (*clients.DeleteResponse, error) {
	app, err := findApp(tx, req.ClientID)
	if err != nil {
		return nil, err
	}
	tx.DeleteConnectedApp(app.ClientID)
	return &clients.DeleteResponse{ClientID: app.ClientID}, nil
}

func findApp(tx *engine.Tx, id string) (*state.ConnectedApp, error) {
	if err := login.CheckTestID(appKind, id); err != nil {
		return nil, err
	}
	if !state.IDForm.MatchString(id) {
		return nil, ops.ErrInvalidClientID
	}
	if app := tx.ConnectedApps.Get(id); app != nil {
		return app, nil
	}
	return nil, ops.ErrConnectedAppNotFound
}

// searchForApps has no filters: a search is a list.
var searchForApps engine.Search[state.ConnectedApp]

func searchApps(tx *engine.Tx, req *clients.SearchRequest) (*clients.SearchResponse, error) {
	found, meta, err := searchForApps.Page(tx.ConnectedApps.All(), engine.Query{Cursor: req.Cursor, Limit: req.Limit})
	if err != nil {
		return nil, err
	}
	resp := &clients.SearchResponse{ResultsMetadata: meta}
	for _, app := range found {
		resp.ConnectedApps = append(resp.ConnectedApps, app.ConnectedApp)
	}
	return resp, nil
}
