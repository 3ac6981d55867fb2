package project

import (
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

func userInfoRoutes() []engine.Route {
	get := engine.Endpoint{Info: ops.OAuth2UserInfo, Project: engine.ByProjectID, Run: getUserInfo}
	post := get
	post.Info = ops.OAuth2PostUserInfo
	return []engine.Route{get.Route(), post.Route()}
}

// getUserInfo tells an app about the member whom its access token is for (OpenID Connect Core 1.0, section 5.3).
func getUserInfo(tx *engine.Tx) (*engine.Reply, error) {
	token, n := bearerToken(tx)
	switch {
	case n == 0:
		reply := tx.JSON(http.StatusUnauthorized, map[string]any{
			"request_id": tx.RequestID(), "status_code": http.StatusUnauthorized,
		})
		reply.Header.Set("WWW-Authenticate", bearerChallenge)
		return reply, nil
	case n > 1:
		return bearerError(tx, ops.ErrInvalidRequest.Because("There are two access tokens."))
	}
	access, err := login.FindAccess(tx.Tx, token)
	if err != nil || access.Authorization == nil {
		return bearerError(tx, ops.ErrInvalidAccessToken)
	}
	if !slices.Contains(access.Token.Scopes, state.OpenID) {
		return bearerError(tx, ops.ErrInsufficientScope)
	}
	return tx.JSON(http.StatusOK, login.Person(tx.Tx, access.Member, access.Authorization, access.Token.Scopes)), nil
}

// bearerToken is the access token in the header or in the form of a request, and how many there are (RFC 6750, section
// 2). The query is not looked at.
func bearerToken(tx *engine.Tx) (token string, n int) {
	var tokens []string
	for _, header := range tx.Header().Values("Authorization") {
		scheme, credentials, _ := strings.Cut(header, " ")
		if strings.EqualFold(scheme, "Bearer") {
			tokens = append(tokens, strings.TrimLeft(credentials, " "))
		}
	}
	mediaType, _, _ := mime.ParseMediaType(tx.Header().Get("Content-Type"))
	if tx.Request().Method == http.MethodPost && mediaType == "application/x-www-form-urlencoded" {
		if form, err := tx.Form(); err == nil {
			tokens = append(tokens, form["access_token"]...)
		}
	}
	if len(tokens) != 1 {
		return "", len(tokens)
	}
	return tokens[0], 1
}

// bearerChallenge says how a request authenticates itself. Without a token, it says nothing else (RFC 6750, section
// 3.1).
const bearerChallenge = `Bearer realm="oauth2"`

// bearerError is the response to a request whose access token does not suffice (RFC 6750, section 3).
func bearerError(tx *engine.Tx, e *ops.Error) (*engine.Reply, error) {
	reply := tx.OAuthError(e)
	text := bearerChallenge + `, error="` + string(e.Code) + `", error_description="` + e.Text + `"`
	if e == ops.ErrInsufficientScope {
		text += `, scope="` + state.OpenID + `"`
	}
	reply.Header.Set("WWW-Authenticate", text)
	return reply, nil
}
