package state

import (
	"errors"
	"regexp"
	"slices"

	"github.com/seed75add069/stytch-go/b2b/rbac"
)

// Scope is a scope of the project's policy, which apps can ask for.
type Scope = rbac.PolicyScope

// ScopeForm is the form of a scope: RFC 6749, section 3.3.
var ScopeForm = regexp.MustCompile(`^[!#-\[\]-~]{1,128}$`)

// FullAccess is the scope without which no session is given for an access token.
const FullAccess = "full_access"

// OfflineAccess is the scope of refresh tokens, and OpenID that of ID tokens.
const (
	OfflineAccess = "offline_access"
	OpenID        = "openid"
)

// BuiltInScopes are the scopes that every project has, with what they allow.
var BuiltInScopes = map[string]string{
	OpenID: "See who you are.", "profile": "See your name and picture.", "email": "See your e-mail address.",
	"phone": "See your phone number.", OfflineAccess: "Keep its access when you are away.",
	FullAccess: "Act as you, with all that you may do.",
}

// prepareScope is no method, since Scope is a type of another package.
func prepareScope(s *Scope, _ *Tx) error {
	_, isBuiltIn := BuiltInScopes[s.Scope]
	switch {
	case !ScopeForm.MatchString(s.Scope) || isBuiltIn:
		return errors.New("scope is malformed, or one that every project has")
	case len(s.Permissions) == 0:
		return errors.New("permissions is empty")
	}
	for _, p := range s.Permissions {
		if p.ResourceID == "" || len(p.Actions) == 0 || slices.Contains(p.Actions, "") {
			return errors.New("permissions: one has no resource_id, no actions or an empty one")
		}
	}
	return nil
}

// checkScopes checks the scopes of a grant or an authorization.
func checkScopes(scopes []string) error {
	isNoScope := func(s string) bool { return !ScopeForm.MatchString(s) }
	if slices.ContainsFunc(scopes, isNoScope) || len(Distinct(scopes)) != len(scopes) {
		return errors.New("scopes has one that is malformed or occurs twice")
	}
	return nil
}
