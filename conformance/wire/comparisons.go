package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/seed75add069/stytch-go/conformance/catalog"
	"github.com/seed75add069/stytch-go/shared"
)

// comparison is one call that both SDKs make.
type comparison struct {
	Operation string
	// Name tells the operation's calls apart.
	Name string
	// Project is unique, so that the credentials of a request tell to which comparison it belongs.
	Project string
	Answer  json.RawMessage
	Caller  shared.Authorization

	ours ourCall
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

// request is an operation's arguments in one variant.
type request struct {
	name      string
	arguments json.RawMessage
}

// load makes the comparisons: each request on each client, and where it can be made on behalf of a session, the first
// request with each of callers too. Names and fields are those of the catalogue, not of api/.
func load(c *catalog.Catalogue) ([]comparison, error) {
	sampler := &sampler{types: c.Types}
	var comparisons []comparison
	for _, s := range c.Services {
		for _, op := range s.Operations {
			more, err := sampler.comparisons(&s, &op)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.ID(&op), err)
			}
			comparisons = append(comparisons, more...)
		}
	}
	for i := range comparisons {
		comparisons[i].setProject(fmt.Sprintf("project-test-%04d", i))
	}
	return comparisons, nil
}

// comparisons are those of one operation.
func (s *sampler) comparisons(service *catalog.Service, op *catalog.Operation) ([]comparison, error) {
	requests, err := s.requests(op)
	if err != nil {
		return nil, err
	}
	fields, err := s.object(op.Response, full)
	if err != nil {
		return nil, err
	}
	response, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	var list []comparison
	for _, client := range service.ExposedOn {
		for i, r := range requests {
			by := []caller{project}
			if op.CallerSession && i == 0 {
				by = append(by, callers...)
			}
			for _, who := range by {
				c := newComparison(service, op, client, r, who)
				c.Answer = response
				list = append(list, c)
			}
		}
	}
	return list, nil
}

// requests are an operation's requests, each different from the others.
func (s *sampler) requests(op *catalog.Operation) ([]request, error) {
	var list []request
	seen := map[string]bool{}
	for v := full; v <= deepZero; v++ {
		arguments, err := s.request(op, v)
		if err != nil {
			return nil, err
		}
		text, err := json.Marshal(arguments)
		if err != nil {
			return nil, err
		}
		if !seen[string(text)] {
			list = append(list, request{variants[v], text})
			seen[string(text)] = true
		}
	}
	return list, nil
}

// newComparison makes a comparison without a project and a response.
func newComparison(s *catalog.Service, op *catalog.Operation, client string, r request, by caller) comparison {
	c := comparison{
		Operation: s.ID(op),
		Name:      fmt.Sprintf("%s client, %s, for %s", client, r.name, by.name),
		Caller:    by.Authorization,
	}
	words := func(accessor, method string) []string { return append(strings.Split(accessor, "."), method) }
	c.ours = ourCall{Client: client, Method: words(s.GoAccessor, op.GoMethod), Arguments: r.arguments}
	c.node = nodeCall{Client: client, Method: words(s.NodeAccessor, op.NodeMethod), Arguments: r.arguments}
	if !by.IsZero() {
		c.node.Authorization = &nodeCaller{SessionToken: by.SessionToken, SessionJWT: by.SessionJWT}
	}
	return c
}

func (c *comparison) setProject(id string) { c.Project, c.node.Project = id, id }
