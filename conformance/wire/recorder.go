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

// sent is what of a request counts.
type sent struct {
	// Host is "auth" or "fraud".
	Host, Method string
	// Path are the segments, each decoded, so that an escaped slash is no slash.
	Path []string
	// Query are the pairs, decoded and sorted.
	Query             []string
	Body, ContentType string
	// Header are the headers of counted, by name; one that is not sent is not there.
	Header map[string][]string

	userAgent string
}

// counted are the headers that both sides must send alike.
var counted = []string{"Authorization", "X-Stytch-Member-Session", "X-Stytch-Member-SessionJWT"}

// recorder is both of the API's hosts. It answers a request as the request's project wants, and keeps it.
type recorder struct {
	auth, fraud *httptest.Server

	mu      sync.Mutex
	answers map[string]json.RawMessage
	seen    map[string][]sent
}

func newRecorder(trials []trial) *recorder {
	r := &recorder{answers: map[string]json.RawMessage{}, seen: map[string][]sent{}}
	for _, t := range trials {
		r.answers[t.Project] = t.Answer
	}
	r.auth, r.fraud = httptest.NewServer(r.host("auth")), httptest.NewServer(r.host("fraud"))
	return r
}

func (r *recorder) close() {
	r.auth.Close()
	r.fraud.Close()
}

// take returns what was sent since the last time, by project.
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
	for _, name := range counted {
		if values := req.Header.Values(name); len(values) > 0 {
			s.Header[name] = values
		}
	}
	return s, nil
}
