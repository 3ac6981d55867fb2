package jwt

import "crypto/rsa"

// Decode is the second half of Verify: it decodes the claims.
var Decode = decode

// Payload is the first half of Verify: it verifies the signature and decodes no claims.
func (t *Token) Payload(key *rsa.PublicKey) (payload []byte, err error) {
	return t.verifySignature(key, make([]byte, 0, t.bufferSize()))
}

// Cached returns the encoded headers in the cache, newest first.
func (c *HeaderCache) Cached() []string {
	var texts []string
	for _, e := range c.list() {
		texts = append(texts, e.text)
	}
	return texts
}

// Buffer takes a buffer from the pool and returns all that is in it.
func Buffer() []byte {
	buffer := *buffers.Get().(*[]byte)
	return buffer[:cap(buffer)]
}
