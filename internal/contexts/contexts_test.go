package contexts_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/contexts"
)

var errCause = errors.New("the server shuts down")

func TestErr(t *testing.T) {
	t.Parallel()
	require.NoError(t, contexts.Err(t.Context()), "it has not ended")
	for name, test := range map[string]struct {
		cause error
		want  string
	}{
		"without a cause it is the context's error":        {nil, "context canceled"},
		"a cause is added":                                 {errCause, "context canceled: the server shuts down"},
		"a cause that wraps the error replaces it":         {fmt.Errorf("shutdown: %w", context.Canceled), "shutdown: context canceled"},
		"a cause that is another context's error is added": {context.DeadlineExceeded, "context canceled: context deadline exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancelCause(t.Context())
			cancel(test.cause)
			err := contexts.Err(ctx)
			require.ErrorIs(t, err, context.Canceled)
			require.EqualError(t, err, test.want)
			if test.cause != nil {
				require.ErrorIs(t, err, test.cause)
			}
		})
	}
}
