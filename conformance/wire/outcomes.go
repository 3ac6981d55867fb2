package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"time"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/shared"
)

// projectSecret is the secret of all projects.
const projectSecret = "secret-test-1"

// outcome is what one SDK did in a comparison.
type outcome struct {
	sent []sent
	// answer is what the call returned, as JSON.
	answer json.RawMessage
	err    string
}

// callOurs makes the calls with this SDK.
func callOurs(ctx context.Context, r *recorder, comparisons []comparison) (map[string]outcome, error) {
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	outcomes := map[string]outcome{}
	for _, c := range comparisons {
		client, err := stytch.NewClient(stytch.Config{
			ProjectID:    c.Project,
			Secret:       projectSecret,
			BaseURL:      r.auth.URL,
			FraudBaseURL: r.fraud.URL,
			HTTPClient:   &http.Client{Transport: transport},
			Retry:        shared.RetryPolicy{MaxAttempts: 1},
		})
		if err != nil {
			return nil, err
		}
		var opts []shared.RequestOption
		if !c.Caller.IsZero() {
			opts = append(opts, shared.WithAuthorization(c.Caller))
		}
		var o outcome
		if resp, err := c.ours.do(ctx, client, opts...); err != nil {
			o.err = err.Error()
		} else if o.answer, err = json.Marshal(resp); err != nil {
			return nil, fmt.Errorf("%s: %w", c.Operation, err)
		}
		outcomes[c.Project] = o
	}
	return withSent(outcomes, r.take()), nil
}

// nodeInput is what record.mjs reads.
type nodeInput struct {
	Auth  string `json:"auth"`
	Fraud string `json:"fraud"`
	// Basic is the password of HTTP's basic authentication: the secret of all projects.
	Basic string     `json:"basic"`
	Calls []nodeCall `json:"calls"`
}

// callNode makes the calls with Stytch's SDK for Node, in another process. It also returns the methods of each client,
// true for those that take a caller's session.
func callNode(
	ctx context.Context, r *recorder, comparisons []comparison, dir string,
) (outcomes map[string]outcome, methods map[string]map[string]bool, err error) {
	input := nodeInput{Auth: r.auth.URL + "/", Fraud: r.fraud.URL + "/", Basic: projectSecret}
	for _, c := range comparisons {
		input.Calls = append(input.Calls, c.node)
	}
	stdin, err := json.Marshal(input)
	if err != nil {
		return nil, nil, err
	}
	cmd := exec.CommandContext(ctx, "node", "record.mjs")
	cmd.Dir, cmd.Stdin, cmd.Stderr = dir, bytes.NewReader(stdin), os.Stderr
	cmd.WaitDelay = time.Second
	stdout, err := cmd.Output()
	if err != nil {
		return nil, nil, fmt.Errorf("node record.mjs: %w", err)
	}
	if outcomes, methods, err = readOutcomes(bytes.NewReader(stdout)); err != nil {
		return nil, nil, fmt.Errorf("node record.mjs: %w", err)
	}
	return withSent(outcomes, r.take()), methods, nil
}

// readOutcomes reads the output of record.mjs.
func readOutcomes(stdout io.Reader) (outcomes map[string]outcome, methods map[string]map[string]bool, err error) {
	lines := json.NewDecoder(stdout)
	if err := lines.Decode(&methods); err != nil {
		return nil, nil, err
	}
	outcomes = map[string]outcome{}
	for lines.More() {
		var line struct {
			Project string          `json:"project"`
			Answer  json.RawMessage `json:"answer"`
			Error   string          `json:"error"`
		}
		if err := lines.Decode(&line); err != nil {
			return nil, nil, err
		}
		outcomes[line.Project] = outcome{answer: line.Answer, err: line.Error}
	}
	return outcomes, methods, nil
}

// withSent adds the requests that the server received to outcomes.
func withSent(outcomes map[string]outcome, seen map[string][]sent) map[string]outcome {
	for project, list := range seen {
		o := outcomes[project]
		o.sent = list
		outcomes[project] = o
	}
	return outcomes
}
