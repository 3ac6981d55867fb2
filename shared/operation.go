package shared

import (
	"context"

	"github.com/seed75add069/stytch-go/internal/contexts"
)

// OperationFromContext returns the id of the operation that a request is sent for, as in "b2b.sessions.authenticate",
// or "" for the context of any other request. It is meant for middleware that names spans or metrics:
//
//	func (t *tracer) RoundTrip(req *http.Request) (*http.Response, error) {
//		ctx, span := t.start(req.Context(), shared.OperationFromContext(req.Context()))
//
// Operations that both products have are named without a product: "m2m.token". Requests for the keys and policies of
// local verification have the ids of their own operations, such as "b2b.sessions.get_jwks".
func OperationFromContext(ctx context.Context) string {
	if id, ok := ctx.Value(contexts.OperationKey{}).(*string); ok {
		return *id
	}
	return ""
}
