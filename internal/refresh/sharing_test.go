package refresh_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/internal/refresh"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestError_isTheCallers(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]func(context.Context, *refresh.Cache[int]) error{
		"Get":     func(ctx context.Context, c *refresh.Cache[int]) error { _, err := c.Get(ctx, ""); return err },
		"Refresh": func(ctx context.Context, c *refresh.Cache[int]) error { _, err := c.Refresh(ctx, 0, ""); return err },
		"Start":   func(ctx context.Context, c *refresh.Cache[int]) error { return c.Start(ctx, time.Now(), "").Err() },
	} {
		inBubble(t, "callers of "+name+" may change the error that they waited for, or that is remembered", func(t *testing.T) {
			s := new(source)
			s.setAnswer(time.Second, func(context.Context) error {
				return &stytcherror.Error{StatusCode: 503, Code: "a", Details: []byte("[]"), Body: []byte("{}")}
			})
			c := s.cache()
			get := func() {
				err := call(t.Context(), c)
				e, ok := errors.AsType[*stytcherror.Error](err)
				if name == "Start" && err == nil {
					return // it does not wait
				}
				if assert.True(t, ok) && assert.Equal(t, stytcherror.Code("a"), e.Code) && assert.Equal(t, "{}", string(e.Body)) {
					e.Code, e.Body[0], e.Details[0] = "changed", 'x', 'x'
				}
			}
			for range 2 { // while the fetch runs, and in the pause after it
				var wait sync.WaitGroup
				for range 8 {
					wait.Go(get)
				}
				wait.Wait()
				advance(time.Second)
			}
		})
	}
}
