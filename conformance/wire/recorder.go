package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// sent is the part of a request that is compared.
type sent struct {
	// Host is "auth" or "fraud".
	Host, Method string
	// Path holds the segments, each decoded, so that an escaped slash does not separate any.
	Path []string
	// Query holds the pairs, decoded and sorted.
	Query             []string
	Body, ContentType string
	// Header holds the headers in comparedHeaders that were sent.
	Header map[string][]string

	userAgent string
}

// comparedHeaders are the headers that both SDKs must send alike.
var comparedHeaders = []string{"Authorization", "X-Stytch-Member-Session", "X-Stytch-Member-SessionJWT"}

// recorder is a server for each of the API's two hosts. It records requests by project, and sends the project's answer.
type recorder struct {
	auth, fraud *httptest.Server

	mu      sync.Mutex
	answers map[string]json.RawMessage
	seen    map[string][]sent
}

func newRecorder(comparisons []comparison) *recorder {
	r := &recorder{answers: map[string]json.RawMessage{}, seen: map[string][]sent{}}
	for _, c := range comparisons {
		r.answers[c.Project] = c.Answer
	}
	r.auth, r.fraud = httptest.NewServer(r.host("auth")), httptest.NewServer(r.host("fraud"))
	return r
}

func (r *recorder) close() {
	r.auth.Close()
	r.fraud.Close()
}

// take returns the requests since the last take, by project.
func (r *recorder) take() map[string][]sent {
	r.mu.Lock()
	defer r.mu.Unlock()
	seen := r.seen
	r.seen = map[string][]sent{}
	return seen
}

func (r *recorder) host(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		s, err := read(req)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		s.Host = name
		id, _, _ := req.BasicAuth()
		r.mu.Lock()
		r.seen[id] = append(r.seen[id], s)
		answer := r.answers[id]
		r.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer)
	}
}

func read(req *http.Request) (sent, error) {
	s := sent{
		Method: req.Method, Header: map[string][]string{},
		ContentType: req.Header.Get("Content-Type"), userAgent: req.UserAgent(),
	}
	for segment := range strings.SplitSeq(req.URL.EscapedPath(), "/") {
		decoded, err := url.PathUnescape(segment)
		if err != nil {
			return sent{}, err
		}
		s.Path = append(s.Path, decoded)
	}
	query, err := url.ParseQuery(req.URL.RawQuery)
	if err != nil {
		return sent{}, err
	}
	for name, values := range query {
		for _, value := range values {
			s.Query = append(s.Query, name+"="+value)
		}
	}
	slices.Sort(s.Query)
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return sent{}, err
	}
	s.Body = string(body)
	for _, name := range comparedHeaders {
		if values := req.Header.Values(name); len(values) > 0 {
			s.Header[name] = values
		}
	}
	return s, nil
}
