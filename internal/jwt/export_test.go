package jwt

import "crypto/rsa"

// Decode is the second half of Open.
var Decode = decode

// Verify is the first half of Open.
func (t *Token) Verify(key *rsa.PublicKey) (payload []byte, err error) {
	return t.verify(key, make([]byte, 0, t.space()))
}

// Known are the headers that are remembered, newest first.
func (h *Headers) Known() []string {
	list := h.known.Load()
	if list == nil {
		return nil
	}
	texts := make([]string, len(*list))
	for i, k := range *list {
		texts[i] = k.text
	}
	return texts
}
