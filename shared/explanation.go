package shared

// Explanation says why a permission check passes or does not.
type Explanation struct {
	// ResourceID and Action are what was asked about.
	ResourceID, Action string
	// Allowed is what the check answers.
	Allowed bool
	// Missing is what is missing when it is not allowed: see the Missing constants. Empty when it is.
	Missing string
	// Granting are the roles or scopes that allow the action, each with the actions that do: the one asked for, the
	// wildcard "*", or both.
	Granting []Grant
	// Near are, for MissingAction, the roles or scopes that allow something else on the resource, each with all of it.
	Near []Grant
	// Known and Unknown are the subject's roles or scopes, each once, by whether the policy has them.
	Known, Unknown []string
	// Reason says it in a sentence for people.
	Reason string
}

// What a subject can lack.
const (
	// MissingRole means that the policy knows none of the subject's roles or scopes, or that there are none.
	MissingRole = "role"
	// MissingResource means that those it knows allow nothing on the resource.
	MissingResource = "resource"
	// MissingAction means that some allow other actions on the resource: Near says which.
	MissingAction = "action"
)

// Grant is a role or scope with actions on the resource.
type Grant struct {
	// Name is the id of the role or the name of the scope.
	Name string
	// Organization is set for an organization's own roles. A role that the project has too is listed twice.
	Organization bool
	// Actions are in alphabetical order.
	Actions []string
}

// String returns the reason.
func (e Explanation) String() string { return e.Reason }
