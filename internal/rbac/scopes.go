package rbac

import (
	"slices"
	"strings"
)

// splitScopes splits the scope of an access token (RFC 6749, section 3.3).
func splitScopes(scopes string) []string {
	list := strings.Split(strings.TrimSpace(scopes), " ")
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
}

// MissingScopes returns the required scopes that a machine-to-machine client does not have, in their order, or nil if
// it has all of them. Returning nil allocates nothing.
//
// A scope is action:resource, split at the first colon. A scope without a colon is an action on the resource "-". A
// required scope is covered by an equal one, and by one with the same action and the resource "*". So "read" and
// "read:users" do not cover each other, but "read:*" covers both. There is no wildcard for actions.
func MissingScopes(held, required []string) []string {
	var missing []string
	for _, scope := range required {
		if !covers(held, scope) {
			missing = append(missing, scope)
		}
	}
	return missing
}

func covers(held []string, required string) bool {
	action, resource := splitScope(required)
	return slices.ContainsFunc(held, func(scope string) bool {
		a, r := splitScope(scope)
		return a == action && (r == resource || r == "*")
	})
}

func splitScope(scope string) (action, resource string) {
	action, resource, ok := strings.Cut(scope, ":")
	if !ok {
		return scope, "-"
	}
	return action, resource
}
