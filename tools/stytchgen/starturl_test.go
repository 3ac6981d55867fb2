package main

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// Each case breaks the specification of the golden case starturl in one place.
func TestGenerate_refusesStartURL(t *testing.T) {
	t.Parallel()
	const name = "b2b/redirects.yaml"
	valid, err := os.ReadFile("testdata/starturl/spec/" + name)
	if err != nil {
		t.Fatal(err)
	}
	const path = "path: '/v1/public/redirects/{site}/start'"
	for what, tc := range map[string]struct{ old, replacement, want string }{
		"no path":                 {path + ", ", "", `b2b.redirects.start_url: start_url: path is ""`},
		"a URL as path":           {path, "path: 'https://a.example/{site}'", `start_url: path is "https://a.example/{site}"`},
		"no token type":           {", token_type: redirect", "", "start_url: no token_type"},
		"an unknown key":          {"token_type:", "type:", "info.x-stytch-by-hand.0.start_url.type"},
		"a call":                  {"start_url: {", "http: GET /see\n      retry: read\n      start_url: {", "so there is no http"},
		"no request":              {"    StartURLRequest:", "    BeginRequest:", "start_url: StartURLRequest is not a schema"},
		"no use for the token":    {"uthenticate", "nswer", "no operation Authenticate takes the token"},
		"an undeclared parameter": {"/{site}/", "/{site}/{page}/", "start_url: parameter page of the path is not declared"},
		"a parameter of a query":  {"/{site}/", "/{locale}/", "start_url: parameter locale of the path is not declared"},
		"a parameter too many":    {"/{site}/", "/", "start_url: parameter site: not in the path"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			text := strings.ReplaceAll(string(valid), tc.old, tc.replacement)
			if text == string(valid) {
				t.Fatal("nothing was replaced")
			}
			_, err := generate(fstest.MapFS{name: {Data: []byte(text)}}, nil)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
}
