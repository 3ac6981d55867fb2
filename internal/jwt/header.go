package jwt

import (
	"strings"
	"sync/atomic"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// header has the parameters that matter here (RFC 7515, section 4.1). Others are ignored, as the RFC requires; among
// them are thumbprints (x5t).
type header struct {
	Alg string `json:"alg"`
	KID string `json:"kid"`
	Typ string `json:"typ"`

	// These are refused, null included. They name a key of the token's own, change what is signed, say that the payload
	// is not claims, or name extensions that must be understood.

	B64  jsontext.Value `json:"b64"`
	Crit jsontext.Value `json:"crit"`
	Cty  jsontext.Value `json:"cty"`
	Enc  jsontext.Value `json:"enc"`
	JKU  jsontext.Value `json:"jku"`
	JWK  jsontext.Value `json:"jwk"`
	X5C  jsontext.Value `json:"x5c"`
	X5U  jsontext.Value `json:"x5u"`
	Zip  jsontext.Value `json:"zip"`
}

func (h *header) check() error {
	switch {
	case h.Alg != "RS256":
		return malformed("the algorithm is not RS256")
	case h.KID == "" || len(h.KID) > maxKID:
		return malformed("the key id is missing or too long")
	case h.Typ != "" && !strings.EqualFold(h.Typ, "JWT"):
		return malformed("the header's type is not JWT")
	case h.B64 != nil, h.Crit != nil, h.Cty != nil, h.Enc != nil, h.JKU != nil, h.JWK != nil, h.X5C != nil,
		h.X5U != nil, h.Zip != nil:
		return malformed("the header has a parameter that is not accepted")
	}
	return nil
}

// parseHeader checks an encoded header and returns its kid.
func parseHeader(text string) (kid string, err error) {
	if strict.DecodedLen(len(text)) > maxHeader {
		return "", malformed("the header is too long")
	}
	var h header
	var array [maxHeader]byte // keeps raw off the heap
	raw, err := strict.AppendDecode(array[:0], []byte(text))
	if err != nil || !canonical(text, len(raw)) || json.Unmarshal(raw, &h) != nil {
		return "", malformed("the header does not decode")
	}
	return h.KID, h.check()
}

// HeaderCache holds the headers of tokens whose signature was valid, so that each is parsed once: all tokens of a key
// have the same header. The zero value is empty and ready to use. It is safe for concurrent use.
type HeaderCache struct{ entries atomic.Pointer[[]headerEntry] }

// headerEntry is an encoded header and the kid in it.
type headerEntry struct{ text, kid string }

// maxHeaders is the size of a HeaderCache. During a key rotation, two headers are in use.
const maxHeaders = 4

// list returns the entries, newest first.
func (c *HeaderCache) list() []headerEntry {
	if list := c.entries.Load(); list != nil {
		return *list
	}
	return nil
}

func (c *HeaderCache) find(text string) (kid string, ok bool) {
	list := c.list()
	for i := range list {
		if list[i].text == text {
			return list[i].kid, true
		}
	}
	return "", false
}

// add puts a header first and drops the oldest. Of two concurrent calls, one may be lost: the next token of that header
// adds it.
func (c *HeaderCache) add(text, kid string) {
	if _, ok := c.find(text); ok {
		return // a concurrent caller has added it
	}
	old := c.list()
	list := append([]headerEntry{{strings.Clone(text), strings.Clone(kid)}}, old[:min(len(old), maxHeaders-1)]...)
	c.entries.Store(&list)
}
