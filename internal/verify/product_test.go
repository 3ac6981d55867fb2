package verify_test

import (
	"context"
	"time"

	stytch "github.com/seed75add069/stytch-go"
	b2bidp "github.com/seed75add069/stytch-go/b2b/idp"
	b2brbac "github.com/seed75add069/stytch-go/b2b/rbac"
	b2bsessions "github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// Tests run for both products, with the types of B2B. In B2C, ids of organizations and members are dropped from requests
// and empty in responses.
type (
	request        = b2bsessions.AuthenticateJWTRequest
	check          = b2bsessions.AuthorizationCheck
	revokeRequest  = b2bsessions.RevokeRequest
	localRequest   = b2bidp.IntrospectTokenLocalRequest
	networkRequest = b2bidp.IntrospectTokenNetworkRequest
	tokenClaims    = b2bidp.IntrospectTokenClaims
	subject        = b2brbac.Subject
	checkRequest   = b2brbac.CheckRequest
	permission     = b2brbac.PolicyRolePermission
)

// session is what the sessions of both products have in common, and what AuthenticateJWT adds to it.
type session struct {
	id, subject string
	expiresAt   time.Time
	roles       []string
	factors     []string // types of the authentication factors
	claims      map[string]any

	jwt    string
	remote bool
}

// operations are the operations of one product that package verify implements.
type operations interface {
	authenticateLocal(ctx context.Context, req *request) (*session, error)
	authenticate(ctx context.Context, req *request, opts ...shared.RequestOption) (*session, error)
	decodeClaims(claims map[string]any) (plan, error) // of a nil session for nil claims
	ready(ctx context.Context) error
	revoke(ctx context.Context, req *revokeRequest) error
	forget(sessionID string)
	forgetAll()

	introspectLocal(ctx context.Context, req *localRequest) (*tokenClaims, error)
	introspectNetwork(ctx context.Context, req *networkRequest) (*tokenClaims, error)

	check(ctx context.Context, req *checkRequest) error
	explain(ctx context.Context, req *checkRequest) (*shared.Explanation, error)
	permissions(ctx context.Context, s *subject) ([]permission, error)
	forgetPolicy()
}

// product is what differs between the products.
type product struct {
	name     string
	subject  string                         // of its tokens
	claims   func(time.Time) map[string]any // of a session
	other    func(time.Time) map[string]any // of a session of the other product
	keysPath string
	// authenticatePath is the path of Sessions.Authenticate, and authenticated a response of it.
	authenticatePath, authenticated string
	// denial is the code of what roles or scopes do not allow.
	denial stytcherror.Code
	// of returns the operations of a client, and zero those of services that New did not make.
	of   func(*stytch.Client) operations
	zero operations
}

// sessionEnd is when the session and the JWT in a response of the API end, later than the clock of any test.
var sessionEnd = start.AddDate(10, 0, 0)

// freshJWT returns the JWT in a response of the API.
func freshJWT(claims func(time.Time) map[string]any) string {
	return minttest.NewKey("jwk-test-1").Sign(minttest.With(claims(start), map[string]any{
		"exp": sessionEnd.Unix(), minttest.SessionClaim: map[string]any{"id": minttest.Session},
	}))
}

func products() []*product { return []*product{b2bProduct(), b2cProduct()} }

func b2bProduct() *product {
	return &product{
		name: "b2b", subject: minttest.Member, claims: minttest.MemberSession, other: minttest.UserSession,
		keysPath:         "/v1/b2b/sessions/jwks/" + minttest.Project,
		authenticatePath: "/v1/b2b/sessions/authenticate",
		authenticated: `{"request_id":"request-id-1","status_code":200,"session_jwt":"` + freshJWT(minttest.MemberSession) + `","session_token":"",
			"verdict":{"authorized":true,"granting_roles":["of the API"]},"member_session":{
				"member_session_id":"` + minttest.Session + `","member_id":"` + minttest.Member + `",
				"organization_id":"` + minttest.Organization + `","roles":["of the API"],"expires_at":"` + sessionEnd.Format(time.RFC3339) + `"}}`,
		denial: stytcherror.CodeSessionAuthorizationError,
		of:     b2bOperationsOf, zero: b2bZero(),
	}
}

func b2cProduct() *product {
	return &product{
		name: "b2c", subject: minttest.User, claims: minttest.UserSession, other: minttest.MemberSession,
		keysPath:         "/v1/sessions/jwks/" + minttest.Project,
		authenticatePath: "/v1/sessions/authenticate",
		authenticated: `{"request_id":"request-id-1","status_code":200,"session_jwt":"` + freshJWT(minttest.UserSession) + `","session_token":"",
			"verdict":{"authorized":true,"granting_roles":["of the API"]},"session":{
				"session_id":"` + minttest.Session + `","user_id":"` + minttest.User + `","roles":["of the API"],"expires_at":"` + sessionEnd.Format(time.RFC3339) + `"}}`,
		denial: stytcherror.CodeConsumerSessionAuthorizationError,
		of:     b2cOperationsOf, zero: b2cZero(),
	}
}

// isB2B reports whether the product has organizations.
func (p *product) isB2B() bool { return p.name == "b2b" }
