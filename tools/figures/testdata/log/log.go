package main

import (
	"context"
	"log/slog"
)

// logger takes the place of the logger of a client.
var logger *slog.Logger

func init() {
	if logger != nil {
		logger.LogAttrs(context.Background(), slog.LevelDebug, "call", slog.Any("request", new(ExchangeRequest)))
	}
}
