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

// password is every project's secret.
const password = "secret-test-1"

// outcome is what became of a trial on one side.
type outcome struct {
	sent []sent
	// answer is what the call returned, as JSON.
	answer json.RawMessage
	err    string
}

// playOurs makes the calls with this SDK.
func playOurs(ctx context.Context, r *recorder, trials []trial) (map[string]outcome, error) {
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	outcomes := map[string]outcome{}
	for _, t := range trials {
		client, err := stytch.NewClient(stytch.Config{
			ProjectID:    t.Project,
			Secret:       password,
			BaseURL:      r.auth.URL,
			FraudBaseURL: r.fraud.URL,
			HTTPClient:   &http.Client{Transport: transport},
			Retry:        shared.RetryPolicy{MaxAttempts: 1},
		})
		if err != nil {
			return nil, err
		}
		var opts []shared.RequestOption
		if !t.Caller.IsZero() {
			opts = append(opts, shared.WithAuthorization(t.Caller))
		}
		var o outcome
		if resp, err := t.ours.Do(ctx, client, opts...); err != nil {
			o.err = err.Error()
		} else if o.answer, err = reveal(resp); err != nil {
			return nil, fmt.Errorf("%s: %w", t.Operation, err)
		}
		outcomes[t.Project] = o
	}
	return withSent(outcomes, r.take()), nil
}

// reveal encodes an answer as a program does that stores it.
func reveal(resp any) (json.RawMessage, error) {
	if r, ok := resp.(interface{ Unredacted() any }); ok {
		resp = r.Unredacted()
	}
	return json.Marshal(resp)
}

// nodeInput is what record.mjs reads.
type nodeInput struct {
	Auth  string `json:"auth"`
	Fraud string `json:"fraud"`
	// Basic is the second half of the credentials, which all projects share.
	Basic string     `json:"basic"`
	Calls []nodeCall `json:"calls"`
}

// playNode makes the calls with Stytch's SDK for Node, in a process of its own. It also returns the methods of each
// client, true for those that take a caller's session.
func playNode(
	ctx context.Context, r *recorder, trials []trial, dir string,
) (outcomes map[string]outcome, methods map[string]map[string]bool, err error) {
	input := nodeInput{Auth: r.auth.URL + "/", Fraud: r.fraud.URL + "/", Basic: password}
	for _, t := range trials {
		input.Calls = append(input.Calls, t.node)
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

// readOutcomes reads what record.mjs prints.
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

// withSent adds the requests that reached the server.
func withSent(outcomes map[string]outcome, seen map[string][]sent) map[string]outcome {
	for project, list := range seen {
		o := outcomes[project]
		o.sent = list
		outcomes[project] = o
	}
	return outcomes
}
