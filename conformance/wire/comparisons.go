package main

import (
	_ "embed" // cases_gen.json
	"encoding/json"
	"fmt"

	"github.com/seed75add069/stytch-go/conformance/wire/calls"
	"github.com/seed75add069/stytch-go/shared"
)

//go:embed cases_gen.json
var casesJSON []byte

// operation is an entry of cases_gen.json: what to call, with which arguments, and what the server answers.
type operation struct {
	Name          string   `json:"operation"`
	Clients       []string `json:"clients"`
	Node          []string `json:"node"`
	Authorization bool     `json:"authorization"`
	Requests      []struct {
		Name      string          `json:"name"`
		Arguments json.RawMessage `json:"arguments"`
	} `json:"requests"`
	Answer json.RawMessage `json:"answer"`
}

// comparison is one call that both SDKs make.
type comparison struct {
	Operation string
	// Name tells the operation's calls apart.
	Name string
	// Project is unique, so that the credentials of a request tell to which comparison it belongs.
	Project string
	Answer  json.RawMessage
	Caller  shared.Authorization

	ours calls.Call
	node nodeCall
}

// nodeCall is a call as record.mjs reads it.
type nodeCall struct {
	Project       string          `json:"project"`
	Client        string          `json:"client"`
	Method        []string        `json:"method"`
	Arguments     json.RawMessage `json:"arguments"`
	Authorization *nodeCaller     `json:"authorization,omitempty"`
}

type nodeCaller struct {
	SessionToken string `json:"session_token,omitempty"`
	SessionJWT   string `json:"session_jwt,omitempty"`
}

// caller is the session on whose behalf a call is made, or the project.
type caller struct {
	name string
	shared.Authorization
}

var (
	project = caller{name: "the project"}
	callers = []caller{
		{"a session token", shared.Authorization{SessionToken: "session-token"}},
		{"a session JWT", shared.Authorization{SessionJWT: "session-jwt"}},
	}
)

// load makes the comparisons: each request on each client, and where it can be made on behalf of a session, the first
// request with each of callers too. It fails if cases_gen.json and calls.All differ.
func load() ([]comparison, error) {
	var operations []operation
	if err := json.Unmarshal(casesJSON, &operations); err != nil {
		return nil, fmt.Errorf("cases_gen.json: %w", err)
	}
	ours := map[[3]string]calls.Call{}
	for _, c := range calls.All {
		ours[[3]string{c.Operation, c.Client, c.Request}] = c
	}
	var comparisons []comparison
	for _, op := range operations {
		for _, client := range op.Clients {
			for i, request := range op.Requests {
				key := [3]string{op.Name, client, request.Name}
				call, ok := ours[key]
				if !ok {
					return nil, fmt.Errorf("no call of ours for %q", key)
				}
				delete(ours, key)
				by := []caller{project}
				if op.Authorization && i == 0 {
					by = append(by, callers...)
				}
				for _, c := range by {
					comparisons = append(comparisons, op.comparison(len(comparisons), call, request.Arguments, c))
				}
			}
		}
	}
	for key := range ours {
		return nil, fmt.Errorf("no case for our call %q", key)
	}
	return comparisons, nil
}

// comparison makes the comparison of a number, from which its project follows.
func (op *operation) comparison(number int, call calls.Call, arguments json.RawMessage, by caller) comparison {
	c := comparison{
		Operation: op.Name,
		Name:      fmt.Sprintf("%s client, %s, for %s", call.Client, call.Request, by.name),
		Project:   fmt.Sprintf("project-test-%04d", number),
		Answer:    op.Answer,
		Caller:    by.Authorization,
		ours:      call,
	}
	c.node = nodeCall{Project: c.Project, Client: call.Client, Method: op.Node, Arguments: arguments}
	if !by.IsZero() {
		c.node.Authorization = &nodeCaller{SessionToken: by.SessionToken, SessionJWT: by.SessionJWT}
	}
	return c
}
