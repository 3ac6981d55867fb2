package shared

import (
	"context"

	"github.com/seed75add069/stytch-go/internal/operation"
)

// OperationFromContext returns the id of the operation that a request is sent for, as in "b2b.sessions.authenticate", and
// an empty text for the context of any other request. It is for Config.Middleware, to name spans and metrics by:
//
//	func (t *tracer) RoundTrip(req *http.Request) (*http.Response, error) {
//		ctx, span := t.start(req.Context(), shared.OperationFromContext(req.Context()))
//
// Operations that both products have are named without a product: "m2m.token". What the client fetches for local
// verification is sent under the id of its own operation, such as "b2b.sessions.get_jwks".
func OperationFromContext(ctx context.Context) string {
	if id, ok := ctx.Value(operation.Key{}).(*string); ok {
		return *id
	}
	return ""
}
