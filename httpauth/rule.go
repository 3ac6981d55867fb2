package httpauth

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Rule says who may pass a guard. Rules are values: make them once and use them in several guards. The functions that
// make them panic on empty names, nil functions and durations that are not positive. They are checked in this order,
// however they are given: who, freshness, organization, permission, factors, Allow. Of rules of the same name, all must
// hold.
type Rule func(*rules)

// rules are the rules of a guard.
type rules struct {
	people          bool
	machines, apps  []string // scopes; nil does not admit the kind
	remote          bool
	maxAge          time.Duration // zero: the JWT's own life
	organizations   []func(*http.Request) string
	organizationIDs []string
	permissions     []permission
	factors         []factorRule
	allow           []func(*http.Request, *Principal) error
}

// permission is an action on a resource.
type permission struct{ resource, action string }

func newRules(list []Rule) *rules {
	r := &rules{}
	for _, rule := range list {
		if rule == nil {
			panic("httpauth: a Rule is nil")
		}
		rule(r)
	}
	if r.machines == nil && r.apps == nil {
		r.people = true
	}
	return r
}

// admits reports whether a kind of principal may pass.
func (r *rules) admits(kind Kind) bool {
	switch kind {
	case KindMachine:
		return r.machines != nil
	case KindApp:
		return r.apps != nil
	case KindMember, KindUser:
		return r.people
	}
	return false
}

// People admits sessions of members or users. It is the default where neither Machines nor Apps is given.
func People() Rule { return func(r *rules) { r.people = true } }

// Machines admits M2M access tokens that have all the scopes. A token's scope "read:*" includes "read:users". Sessions
// are refused then, unless People is given too.
func Machines(scope string, more ...string) Rule {
	scopes := scopesOf("Machines", scope, more)
	return func(r *rules) { r.machines = append(r.machines, scopes...) }
}

// Apps admits access tokens of Connected Apps that have all the scopes. A token's scope "read:*" includes "read:users".
// Sessions are refused then, unless People is given too.
func Apps(scope string, more ...string) Rule {
	scopes := scopesOf("Apps", scope, more)
	return func(r *rules) { r.apps = append(r.apps, scopes...) }
}

func scopesOf(rule, scope string, more []string) []string {
	scopes := append([]string{scope}, more...)
	for _, s := range scopes {
		if s == "" || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
			panic("httpauth: " + rule + ": a scope is empty or has white space")
		}
	}
	return scopes
}

// Local trusts a JWT for its five minutes without asking the API. It is the default; MaxAge and Remote are stricter and
// win over it.
func Local() Rule { return func(*rules) {} }

// MaxAge asks the API about a session whose JWT was issued longer ago than d, unless it was asked within d. An access
// token that was issued longer ago is refused. Of several, the shortest counts.
func MaxAge(d time.Duration) Rule {
	if d <= 0 {
		panic("httpauth: MaxAge: the duration is not positive")
	}
	return func(r *rules) {
		if r.maxAge == 0 || d < r.maxAge {
			r.maxAge = d
		}
	}
}

// Remote asks the API at every request. No other request shares the answer. Access tokens are refused: the API cannot
// be asked about them.
func Remote() Rule { return func(r *rules) { r.remote = true } }

// InOrganization admits members, and apps that act for them, only in the organization that the request names by its id
// or slug, as [PathValue] and [Subdomain] do. A request that names none is refused, with the same answer. A name that
// begins with organization- is compared with ids only.
func InOrganization(of func(*http.Request) string) Rule {
	if of == nil {
		panic("httpauth: InOrganization: the function is nil")
	}
	return func(r *rules) { r.organizations = append(r.organizations, of) }
}

// InOrganizationID is InOrganization for one organization, by its id. [Guard.Check] takes it too.
func InOrganizationID(id string) Rule {
	if !isOrganizationID(id) {
		panic("httpauth: InOrganizationID: " + id + " is not the id of an organization")
	}
	return func(r *rules) { r.organizationIDs = append(r.organizationIDs, id) }
}

// Permission admits whom the project's RBAC policy permits an action on a resource: a session by its roles, an app by
// its scopes, in their own organization. Machines have no permissions. If there is no policy to decide by, the answer
// is 503.
func Permission(resource, action string) Rule {
	if resource == "" || action == "" {
		panic("httpauth: Permission: the resource or the action is empty")
	}
	return func(r *rules) { r.permissions = append(r.permissions, permission{resource, action}) }
}

// Factor admits sessions that proved one of the kinds of factors, at any time. Without kinds, it admits those that
// proved factors of two different kinds.
func Factor(kinds ...FactorKind) Rule {
	checkKinds("Factor", kinds)
	f := factorRule{kinds: slices.Clone(kinds), two: len(kinds) == 0}
	return func(r *rules) { r.factors = append(r.factors, f) }
}

// FreshWithin admits sessions that proved a factor within d, one of the kinds where some are given. A refresh of the
// session does not count.
func FreshWithin(d time.Duration, kinds ...FactorKind) Rule {
	if d <= 0 {
		panic("httpauth: FreshWithin: the duration is not positive")
	}
	checkKinds("FreshWithin", kinds)
	f := factorRule{kinds: slices.Clone(kinds), within: d}
	return func(r *rules) { r.factors = append(r.factors, f) }
}

func checkKinds(rule string, kinds []FactorKind) {
	for _, k := range kinds {
		if !isFactorKind(k) {
			panic("httpauth: " + rule + ": " + string(k) + " is not a FactorKind")
		}
	}
}

// Allow admits whom f admits, after all other rules. An error of f is answered with 403 and shown to [Config].OnEvent
// only; a *[Denial] is answered as it stands.
func Allow(f func(*http.Request, *Principal) error) Rule {
	if f == nil {
		panic("httpauth: Allow: the function is nil")
	}
	return func(r *rules) { r.allow = append(r.allow, f) }
}

// PathValue names the organization by a wildcard of the route's pattern, as in /{org}/documents. The guard must stand
// where the wildcard is set: inside the ServeMux, or in routes of chi.
func PathValue(name string) func(*http.Request) string {
	if name == "" {
		panic("httpauth: PathValue: the name is empty")
	}
	return func(r *http.Request) string { return r.PathValue(name) }
}

// Subdomain names the organization by the first label of the request's Host, as in acme.example.com for the parent
// "example.com". Other hosts name none. Organizations must have slugs in lower case.
func Subdomain(parent string) func(*http.Request) string {
	parent = strings.ToLower(strings.Trim(parent, "."))
	if parent == "" || strings.ContainsAny(parent, "/: ") {
		panic("httpauth: Subdomain: the parent is not a domain")
	}
	return func(r *http.Request) string {
		host := strings.ToLower(r.Host)
		if i := strings.LastIndexByte(host, ':'); i >= 0 {
			host = host[:i]
		}
		label, ok := strings.CutSuffix(strings.TrimSuffix(host, "."), "."+parent)
		if !ok || strings.Contains(label, ".") {
			return ""
		}
		return label
	}
}

// freshness is how lately Stytch must have vouched for a session.
func (r *rules) freshness() freshness { return freshness{r.remote, r.maxAge} }
