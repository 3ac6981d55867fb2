package rbac

import (
	"slices"
	"strings"
)

// splitScopes returns the scopes of an access token.
func splitScopes(scopes string) []string {
	list := strings.Split(strings.TrimSpace(scopes), " ")
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
}

// MissingScopes returns those of the required scopes of a machine-to-machine client that are not held, in their order;
// nil when there are none, and then it allocates nothing.
//
// A scope is a word, or action:resource, split at the first colon. One that is required is held if an equal one is, or
// one of the same action with the resource "*". There is no wildcard for actions: "*:users" is for the action "*". A
// word is for the resource "-" of that action, which is why "read" neither covers "read:users" nor is covered by it,
// but is covered by "read:*".
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
