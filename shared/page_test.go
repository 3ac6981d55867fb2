package shared_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/canarytest"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestPageError(t *testing.T) {
	t.Parallel()
	cause := &stytcherror.Error{
		Op: "b2b.organizations.search", StatusCode: 429, RequestID: "request-id-1", Code: stytcherror.CodeTooManyRequests,
	}
	first := &shared.PageError{Err: cause}
	later := &shared.PageError{Cursor: "c\n2", Err: cause}

	t.Run("errors.Is and errors.As find its cause", func(t *testing.T) {
		t.Parallel()
		for _, err := range []error{first, later, fmt.Errorf("nightly: %w", later)} {
			require.ErrorIs(t, err, stytcherror.CodeTooManyRequests)
			require.NotErrorIs(t, err, stytcherror.CodeSessionNotFound)
			got, ok := errors.AsType[*stytcherror.Error](err)
			require.True(t, ok)
			assert.Same(t, cause, got)
		}
		require.ErrorIs(t, &shared.PageError{Err: context.Canceled}, context.Canceled)
	})
	t.Run("errors.As finds it", func(t *testing.T) {
		t.Parallel()
		got, ok := errors.AsType[*shared.PageError](fmt.Errorf("nightly: %w", later))
		require.True(t, ok)
		assert.Equal(t, "c\n2", got.Cursor)
	})
	t.Run("its text says where and why on one line", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, `first page: `+cause.Error(), first.Error())
		assert.Equal(t, `page at "c\n2": `+cause.Error(), later.Error())
	})
	t.Run("it prints the same whatever the verb", func(t *testing.T) {
		t.Parallel()
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
			assert.Equal(t, later.Error(), canarytest.Print(later)[verb], verb)
		}
		var log strings.Builder
		slog.New(slog.NewTextHandler(&log, nil)).Error("stopped", "err", later)
		assert.Contains(t, log.String(), `err="page at \"c\\n2\": stytch: b2b.organizations.search: `)
	})
}
