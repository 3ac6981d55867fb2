package login

import (
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/sign"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// Access is the access that a token gives an app to a member.
type Access struct {
	Token  *sign.VerifiedAccessToken
	Org    *state.Organization
	Member *state.Member
	// Authorization is nil for a token that the emulator's user has signed.
	Authorization *state.Authorization
}

// FindAccess verifies an access token of a Connected App. One that was revoked by the app is as if unknown.
func FindAccess(tx *state.Tx, text string) (*Access, error) {
	token, err := sign.VerifyAccessToken(tx, text)
	if err != nil {
		return nil, err
	}
	a := &Access{
		Token: token, Org: tx.Organizations.Get(token.OrganizationID),
		Member: tx.FindMember(token.OrganizationID, token.MemberID),
	}
	if a.Org == nil || a.Member == nil {
		return nil, ops.ErrIDPAccessTokenNotFound
	}
	if token.ID == "" {
		return a, nil
	}
	if _, a.Authorization = tx.AppToken(state.AccessToken, token.ID); a.Authorization == nil ||
		a.Authorization.ConnectedAppID != token.ClientID || a.Authorization.MemberID != a.Member.MemberID {
		return nil, ops.ErrIDPAccessTokenNotFound
	}
	if a.Authorization.Revoked {
		return nil, ops.ErrConnectedAppConsentRevoked
	}
	if app := tx.ConnectedApps.Get(token.ClientID); !app.IsActive() || !a.Org.Admits(app) {
		return nil, ops.ErrIDPAccessTokenNotFound
	}
	return a, nil
}
