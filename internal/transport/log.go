package transport

import (
	"context"
	"log/slog"
	"time"

	"github.com/seed75add069/stytch-go/internal/secret"
)

// logCall logs one record per call at level Debug, with the secrets of request and response masked.
func (c *call) logCall(ctx context.Context, resp any, err error) {
	log := c.cfg.Logger
	if log == nil || !log.Enabled(ctx, slog.LevelDebug) {
		return
	}
	result := slog.Any("error", err)
	if err == nil {
		result = slog.Any("response", secret.Redacted(resp))
	}
	log.LogAttrs(ctx, slog.LevelDebug, "stytch: call",
		slog.String("op", c.op.Name),
		slog.String("method", c.op.Method),
		slog.String("path", c.op.Path),
		slog.Duration("duration", time.Since(c.begin)),
		slog.Int("retries", int(c.retries.Load())),
		slog.Any("request", secret.Redacted(c.req)),
		result)
}

// logRetry logs one record per retry at level Warn.
func (c *call) logRetry(ctx context.Context, err error, wait time.Duration) {
	if c.cfg.Logger == nil {
		return
	}
	c.cfg.Logger.LogAttrs(ctx, slog.LevelWarn, "stytch: trying again",
		slog.String("op", c.op.Name), slog.Duration("wait", wait), slog.Any("error", err))
}
