package project

import (
	"maps"
	"net/http"
	"strings"

	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/sign"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/shared"
)

func introspectionRoutes() []engine.Route {
	return []engine.Route{
		engine.HandleForm(ops.IntrospectToken, introspect),
		engine.HandleForm(ops.RevokeToken, revoke),
	}
}

// introspect tells a client about one of its own tokens (RFC 7662). What is wrong with one that is not active is not
// told. Unverified: that a client learns nothing of others' tokens.
func introspect(tx *engine.Tx, form engine.Form) (*engine.Reply, error) {
	c, err := authenticateClient(tx, form)
	if err != nil {
		return nil, err
	}
	if form["token"] == "" {
		return nil, ops.ErrInvalidRequest.Because("The parameter token is missing.")
	}
	claims := activeClaims(tx, c, form["token"])
	answer := shared.Object{} // which keeps large numbers
	maps.Copy(answer, claims)
	answer["active"], answer["request_id"], answer["status_code"] = claims != nil, tx.RequestID(), http.StatusOK
	return tx.JSON(http.StatusOK, answer), nil
}

// activeClaims are what is told of an active token of a client, nil for any other.
func activeClaims(tx *engine.Tx, c *oauthClient, token string) sign.Claims {
	if c.machine != nil {
		claims, ok := sign.VerifyM2MAccessToken(tx.Tx, token, c.machine)
		if !ok {
			return nil
		}
		claims["token_type"], claims["client_id"] = string(state.AccessToken), c.machine.ClientID
		return claims
	}
	if t, a := tx.AppToken(state.RefreshToken, token); a != nil {
		if !a.Owned(c.app) || a.Revoked || t.Used || !tx.Now.Before(t.ExpiresAt) {
			return nil
		}
		return sign.Claims{
			"token_type": string(state.RefreshToken), "client_id": a.ConnectedAppID, "sub": a.MemberID,
			"scope": strings.Join(a.Scopes, " "), "exp": t.ExpiresAt.Unix(),
		}
	}
	access, err := login.FindAccess(tx.Tx, token)
	if err != nil || access.Token.ClientID != c.app.ClientID {
		return nil
	}
	claims := sign.Payload(token)
	claims["token_type"] = string(state.AccessToken)
	delete(claims, "jti") // which the API does not tell
	return claims
}

// revoke ends a token of a client (RFC 7009): a refresh token with all tokens of its authorization, an access token
// alone. The answer is the same for a token that does not exist and for one of another client.
func revoke(tx *engine.Tx, form engine.Form) (*engine.Reply, error) {
	c, err := authenticateClient(tx, form)
	if err != nil {
		return nil, err
	}
	if form["token"] == "" {
		return nil, ops.ErrInvalidRequest.Because("The parameter token is missing.")
	}
	if c.app == nil {
		return nil, ops.ErrUnsupportedTokenType
	}
	if _, a := tx.AppToken(state.RefreshToken, form["token"]); a.Owned(c.app) {
		tx.DeleteAuthorization(a.ID)
	} else if access, err := login.FindAccess(tx.Tx, form["token"]); err == nil &&
		access.Token.ClientID == c.app.ClientID {
		tx.AppTokens.Delete(access.Token.ID)
	}
	return tx.JSON(http.StatusOK, map[string]any{"request_id": tx.RequestID(), "status_code": http.StatusOK}), nil
}
