package sign

import (
	"encoding/base64"
	"math/big"
	"slices"
	"time"

	"github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// retiredKeyLifetime is how long a key stays published after a newer one was made.
const retiredKeyLifetime = 30 * 24 * time.Hour

// CurrentKey is the key that signs: the newest. The first one is made when it is needed.
func CurrentKey(tx *state.Tx) *state.Key {
	if k := tx.Keys.Newest(); k != nil {
		return k
	}
	return tx.NewKey()
}

// Keys are the published keys, newest first: the one that signs, and those that were replaced within the last thirty
// days.
func Keys(tx *state.Tx) []*state.Key {
	CurrentKey(tx)
	keys := tx.Keys.Rows()
	published := []*state.Key{}
	for i, k := range slices.Backward(keys) {
		if i < len(keys)-1 && tx.Now.Sub(keys[i+1].CreatedAt) > retiredKeyLifetime {
			break
		}
		published = append(published, k)
	}
	return published
}

// JWK is the public key as a JWK (RFC 7517). It is not for transactions: the key may have to be made.
func JWK(k *state.Key) (sessions.JWK, error) {
	private, err := k.Private()
	if err != nil {
		return sessions.JWK{}, err
	}
	cert, err := k.Certificate()
	if err != nil {
		return sessions.JWK{}, err
	}
	exponent := big.NewInt(int64(private.E)).Bytes()
	return sessions.JWK{
		KTY: "RSA", Use: "sig", KeyOps: []string{"verify"}, Alg: "RS256", KID: k.KID,
		X5C: []string{base64.StdEncoding.EncodeToString(cert)},
		N:   base64.RawURLEncoding.EncodeToString(private.N.Bytes()),
		E:   base64.RawURLEncoding.EncodeToString(exponent),
	}, nil
}
