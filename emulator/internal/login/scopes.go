package login

import (
	"slices"

	"github.com/seed75add069/stytch-go/b2c/idp"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// Scopes describes the scopes that an app asks a member for, each once, and says which of them the member can grant:
// those of which the member's roles permit everything. It refuses one that the project does not have, and full access
// for an app of somebody else.
func Scopes(
	tx *state.Tx, m *state.Member, app *state.ConnectedApp, asked []string,
) ([]idp.ScopeResult, error) {
	results := []idp.ScopeResult{}
	var seen []string
	for _, name := range asked {
		if slices.Contains(seen, name) {
			continue
		}
		seen = append(seen, name)
		if name == state.FullAccess && !app.IsFirstParty() {
			return nil, ops.ErrThirdPartyClientsCannotUseFullAccess
		}
		if text, isBuiltIn := state.BuiltInScopes[name]; isBuiltIn {
			grantable := name != state.FullAccess || app.FullAccessAllowed
			results = append(results, idp.ScopeResult{Scope: name, Description: text, IsGrantable: grantable})
			continue
		}
		scope := tx.Scopes.Get(name)
		if scope == nil {
			return nil, ops.ErrInvalidRBACScope.Because("There is no scope %.128q.", name)
		}
		results = append(results, idp.ScopeResult{
			Scope: name, Description: scope.Description, IsGrantable: canGrant(tx, m, scope),
		})
	}
	return results, nil
}

// Grantable are the scopes of a list that a member can grant to an app.
func Grantable(results []idp.ScopeResult) []string {
	scopes := []string{}
	for _, r := range results {
		if r.IsGrantable {
			scopes = append(scopes, r.Scope)
		}
	}
	return scopes
}

// StillGrantable are those of the granted scopes that the member can grant to the app now: roles, scopes and the app
// may have changed. Unverified: that the API looks again.
func StillGrantable(tx *state.Tx, m *state.Member, app *state.ConnectedApp, granted []string) []string {
	return slices.DeleteFunc(slices.Clone(granted), func(name string) bool {
		results, err := Scopes(tx, m, app, []string{name})
		return err != nil || !results[0].IsGrantable
	})
}

func canGrant(tx *state.Tx, m *state.Member, scope *state.Scope) bool {
	held := MemberRoles(tx, m)
	for _, p := range scope.Permissions {
		for _, action := range p.Actions {
			if len(permitting(tx, m.OrganizationID, held, p.ResourceID, action)) == 0 {
				return false
			}
		}
	}
	return true
}
