// Package calls makes each request of the comparison on our client. The calls are generated, beside the cases that the
// other side is given: All and wire/cases_gen.json name the same ones.
package calls

import (
	"context"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/shared"
)

// Call is one request of one operation on one of the clients.
type Call struct {
	Operation, Client, Request string
	// Do makes the call and returns a pointer to the answer.
	Do func(ctx context.Context, client *stytch.Client, opts ...shared.RequestOption) (any, error)
}
