// Package contexts has what several packages need of contexts.
//
// The two names that matter are [Err], the error of a context that ended, and [OperationKey], the key of the operation
// that a request is sent for:
//
//	if err := contexts.Err(ctx); err != nil {
//		return err
//	}
package contexts

import (
	"context"
	"errors"
	"fmt"
)

// OperationKey is the context key for the id of the operation. The value is a *string.
type OperationKey struct{}

// Err returns an error that wraps both ctx.Err and the cause of ctx, or nil if ctx has not ended.
func Err(ctx context.Context) error {
	err := ctx.Err()
	if err == nil {
		return nil
	}
	cause := context.Cause(ctx)
	if errors.Is(cause, err) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}
