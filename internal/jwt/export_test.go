package jwt

import "crypto/rsa"

// Decode is the second half of Verify.
var Decode = decode

// Payload is the first half of Verify.
func (t *Token) Payload(key *rsa.PublicKey) (payload []byte, err error) {
	return t.verified(key, make([]byte, 0, t.space()))
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
