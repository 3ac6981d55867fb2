package main

import (
	"context"
	"log/slog"
)

// logger stands for a logger that a client may be given.
var logger *slog.Logger

func init() {
	if logger != nil {
		logger.LogAttrs(context.Background(), slog.LevelDebug, "call", slog.Any("request", new(ExchangeRequest)))
	}
}
