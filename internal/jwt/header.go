package jwt

import (
	"strings"
	"sync/atomic"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// header is what a header may say (RFC 7515, section 4.1). The raw fields are refused, even with null in them: they
// name another key than ours, change what is signed, say that it is no claims, or ask for understanding that we do not
// have. Other names are passed over, as the RFC wants it, among them thumbprints (x5t). Alg and kid may not be null;
// typ may, as it may be missing.
type header struct {
	Alg string `json:"alg"`
	KID string `json:"kid"`
	Typ string `json:"typ"`

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
		return Malformed("the algorithm is not RS256")
	case h.KID == "" || len(h.KID) > maxKID:
		return Malformed("the key id is missing or too long")
	case h.Typ != "" && !strings.EqualFold(h.Typ, "JWT"):
		return Malformed("the header's type is not JWT")
	case h.B64 != nil, h.Crit != nil, h.Cty != nil, h.Enc != nil, h.JKU != nil, h.JWK != nil, h.X5C != nil,
		h.X5U != nil, h.Zip != nil:
		return Malformed("the header has a parameter that is not accepted")
	}
	return nil
}

// parseHeader returns the key id of a header that is as it must be.
func parseHeader(text string) (kid string, err error) {
	if strict.DecodedLen(len(text)) > maxHeader {
		return "", Malformed("the header is too long")
	}
	var h header
	var space [maxHeader]byte
	raw, err := strict.AppendDecode(space[:0], []byte(text))
	if err != nil || !canonical(text, len(raw)) || json.Unmarshal(raw, &h) != nil {
		return "", Malformed("the header does not decode")
	}
	return h.KID, h.check()
}

// Headers remembers the headers of tokens whose signature was good: there are as many as there are keys, and each is
// then parsed once. Its zero value is ready, and it is safe for concurrent use.
type Headers struct{ known atomic.Pointer[[]known] }

// known is a header's text with the key id that it parses to.
type known struct{ text, kid string }

// maxHeaders is how many are remembered: a rotation has two.
const maxHeaders = 4

func (h *Headers) find(text string) (kid string, ok bool) {
	if h == nil {
		return "", false
	}
	list := h.known.Load()
	if list == nil {
		return "", false
	}
	for i := range *list {
		if k := &(*list)[i]; k.text == text {
			return k.kid, true
		}
	}
	return "", false
}

// remember puts a new header first and drops the last. Of two at the same time one may be lost, and comes back with the
// next token.
func (h *Headers) remember(text, kid string) {
	if h == nil {
		return
	}
	if _, ok := h.find(text); ok {
		return // another caller had the first token of a key at the same time
	}
	list := []known{{strings.Clone(text), strings.Clone(kid)}}
	if old := h.known.Load(); old != nil {
		list = append(list, (*old)[:min(len(*old), maxHeaders-1)]...)
	}
	h.known.Store(&list)
}
