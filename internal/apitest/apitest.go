// Package apitest stands in for the API where an example needs answers that the emulator does not give yet.
//
//	client := apitest.Client(`{"request_id": "request-id-test-1", "status_code": 200}`)
//
// The answers are made up, short, and of the documented form.
package apitest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/shared"
)

// API gives its answers in turn, one to each call, and remembers the last call.
type API struct {
	mu      sync.Mutex
	answers []string
	sent    string
}

// New returns an API. An answer is a JSON object; its status_code is the status it comes with.
func New(answers ...string) *API { return &API{answers: answers} }

// Client returns a client of an API with these answers.
func Client(answers ...string) *stytch.Client { return New(answers...).Client() }

// Client returns a client whose calls the API answers.
func (a *API) Client() *stytch.Client {
	client, err := stytch.NewClient(stytch.Config{
		ProjectID: "project-test-example", Secret: "secret-test-example",
		HTTPClient: &http.Client{Transport: a},
		Retry:      shared.RetryPolicy{MaxAttempts: 1},
	})
	if err != nil {
		panic(err) // the settings are right
	}
	return client
}

// Sent returns the last call: method and path, and on a line of its own the body, with its names in alphabetical order;
// a form stands as it is.
func (a *API) Sent() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.sent
}

// RoundTrip answers a call.
func (a *API) RoundTrip(req *http.Request) (*http.Response, error) {
	sent, err := describe(req)
	if err != nil {
		return nil, err
	}
	answer, err := a.next(sent)
	if err != nil {
		return nil, err
	}
	var envelope struct {
		Status int `json:"status_code"`
	}
	if err := json.Unmarshal([]byte(answer), &envelope); err != nil {
		return nil, err
	}
	if envelope.Status == 0 {
		return nil, errors.New("the answer has no status_code")
	}
	return &http.Response{
		StatusCode: envelope.Status, ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Request: req,
		Body: io.NopCloser(strings.NewReader(answer)), ContentLength: int64(len(answer)),
	}, nil
}

// next remembers a call and returns the answer to it.
func (a *API) next(sent string) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.answers) == 0 {
		return "", errors.New("no answer is left")
	}
	answer := a.answers[0]
	a.answers, a.sent = a.answers[1:], sent
	return answer, nil
}

func describe(req *http.Request) (string, error) {
	line := req.Method + " " + req.URL.RequestURI()
	if req.Body == nil {
		return line, nil
	}
	defer func() { _ = req.Body.Close() }()
	text, err := io.ReadAll(req.Body)
	if err != nil || len(text) == 0 {
		return line, err
	}
	if req.Header.Get("Content-Type") == "application/x-www-form-urlencoded" {
		return line + "\n" + string(text), nil
	}
	body := jsontext.Value(text)
	if err := body.Canonicalize(); err != nil {
		return "", fmt.Errorf("the body is not JSON: %w", err)
	}
	return line + "\n" + body.String(), nil
}
