// Package oauth2 tests the emulator's endpoints of OAuth2 and OpenID Connect with golang.org/x/oauth2 and
// coreos/go-oidc, as an app uses them. There is no other code in it.
package oauth2
