package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stopped serves a handler, stops the server while a call is in progress, and returns what the call got.
func stopped(t *testing.T, handler func(w http.ResponseWriter, r *http.Request), grace time.Duration) (string, error) {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan error, 1)
	go func() {
		done <- serve(ctx, listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			stop()
			handler(w, r)
		}), grace)
	}()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+listener.Addr().String(), nil)
	require.NoError(t, err)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, callErr := client.Do(req)
	require.NoError(t, <-done, "a normal stop is no failure")
	if callErr != nil {
		return "", callErr
	}
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return string(body), nil
}

func TestServe_stopEndsCallsThatWait(t *testing.T) {
	t.Parallel()
	start := time.Now()
	body, err := stopped(t, func(w http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		_, _ = io.WriteString(w, "answered")
	}, time.Minute)
	require.NoError(t, err)
	assert.Equal(t, "answered", body)
	assert.Less(t, time.Since(start), 30*time.Second)
}

func TestServe_stopClosesCallsThatGoOn(t *testing.T) {
	t.Parallel()
	end := make(chan struct{})
	_, err := stopped(t, func(http.ResponseWriter, *http.Request) { <-end }, 10*time.Millisecond)
	close(end)
	require.Error(t, err)
}
