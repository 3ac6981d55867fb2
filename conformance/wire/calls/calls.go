// Package calls has the calls that are compared, as made with this SDK. They are generated, like cases_gen.json, which
// has the same calls for the other SDK.
package calls

import (
	"context"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/shared"
)

// Call is one request of one operation on one of the clients.
type Call struct {
	Operation, Client, Request string
	// Do makes the call and returns a pointer to the response.
	Do func(ctx context.Context, client *stytch.Client, opts ...shared.RequestOption) (any, error)
}
