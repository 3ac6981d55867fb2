package project

import (
	"github.com/seed75add069/stytch-go/b2c/connectedapp"
	"github.com/seed75add069/stytch-go/b2c/connectedapp/clients/secrets"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

func appSecretRoutes() []engine.Route {
	return []engine.Route{
		engine.Handle(ops.ConnectedAppClientsSecretsRotateStart, startAppRotation),
		engine.Handle(ops.ConnectedAppClientsSecretsRotate, completeAppRotation),
		engine.Handle(ops.ConnectedAppClientsSecretsRotateCancel, cancelAppRotation),
	}
}

// startAppRotation makes a second secret. Its response is the only one with it.
func startAppRotation(tx *engine.Tx, req *secrets.RotateStartRequest) (*secrets.RotateStartResponse, error) {
	app, err := findApp(tx, req.ClientID)
	switch {
	case err != nil:
		return nil, err
	case app.IsPublic():
		return nil, ops.ErrPublicConnectedAppsDoNotHaveSecrets
	case app.IsRotating():
		return nil, ops.ErrConnectedAppAlreadyRotatingSecret
	}
	secret := tx.Token()
	changed := *app
	changed.NextSecretHash, changed.NextClientSecretLastFour = state.HashSecret(secret), state.LastFour(secret)
	tx.ConnectedApps.Put(&changed)
	return &secrets.RotateStartResponse{ConnectedApp: connectedapp.ConnectedAppWithNextClientSecret{
		ClientID: app.ClientID, ClientName: app.ClientName, ClientDescription: app.ClientDescription,
		Status: app.Status, ClientSecretLastFour: app.ClientSecretLastFour,
		FullAccessAllowed: app.FullAccessAllowed, ClientType: app.ClientType, RedirectURLs: app.RedirectURLs,
		NextClientSecret: secret, AccessTokenExpiryMinutes: app.AccessTokenExpiryMinutes,
		AccessTokenTemplateContent:    app.AccessTokenTemplateContent,
		PostLogoutRedirectURLs:        app.PostLogoutRedirectURLs,
		BypassConsentForOfflineAccess: app.BypassConsentForOfflineAccess,
		IDTokenTemplateContent:        app.IDTokenTemplateContent,
		NextClientSecretLastFour:      changed.NextClientSecretLastFour,
		AccessTokenCustomAudience:     app.AccessTokenCustomAudience, LogoURL: app.LogoURL,
	}}, nil
}

// completeAppRotation drops the old secret.
func completeAppRotation(tx *engine.Tx, req *secrets.RotateRequest) (*secrets.RotateResponse, error) {
	app, err := findRotatingApp(tx, req.ClientID)
	if err != nil {
		return nil, err
	}
	app.SecretHash, app.ClientSecretLastFour = app.NextSecretHash, app.NextClientSecretLastFour
	return &secrets.RotateResponse{ConnectedApp: endAppRotation(tx, app)}, nil
}

// cancelAppRotation drops the new secret.
func cancelAppRotation(tx *engine.Tx, req *secrets.RotateCancelRequest) (*secrets.RotateCancelResponse, error) {
	app, err := findRotatingApp(tx, req.ClientID)
	if err != nil {
		return nil, err
	}
	return &secrets.RotateCancelResponse{ConnectedApp: endAppRotation(tx, app)}, nil
}

// findRotatingApp returns a copy of an app whose secret is being rotated.
func findRotatingApp(tx *engine.Tx, id string) (*state.ConnectedApp, error) {
	app, err := findApp(tx, id)
	if err != nil {
		return nil, err
	}
	if !app.IsRotating() {
		return nil, ops.ErrConnectedAppNotRotatingSecret
	}
	changed := *app
	return &changed, nil
}

func endAppRotation(tx *engine.Tx, app *state.ConnectedApp) connectedapp.ConnectedApp {
	app.NextSecretHash, app.NextClientSecretLastFour = nil, ""
	tx.ConnectedApps.Put(app)
	return app.ConnectedApp
}
