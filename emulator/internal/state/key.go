package state

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"time"
)

const (
	keyBits   = 2048
	certYears = 10
)

// Key is a signing key. Making one takes a noticeable time, so that a new Key is just an id, and its private key is
// made when somebody needs it.
type Key struct {
	KID       string
	CreatedAt time.Time

	pair *pair
}

type pair struct {
	make  func() error
	once  sync.Once
	err   error
	key   *rsa.PrivateKey
	pkcs8 []byte
	cert  []byte
}

// firstKey is the private key that every project of a process begins with, under an id of its own: tests make many
// projects.
var firstKey = sync.OnceValues(newPrivateKey)

func newPrivateKey() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, keyBits) }

// NewKey puts a key. Its id is random, and so is its private key, unless it is the project's first: that is random in
// each run. The seed has no part in either.
func (tx *Tx) NewKey() *Key {
	k := &Key{KID: RandomID("jwk"), CreatedAt: tx.Now}
	private := newPrivateKey
	if tx.Keys.Newest() == nil {
		private = firstKey
	}
	p := &pair{}
	p.make = func() error { return p.generate(private, k.CreatedAt) }
	k.pair = p
	tx.Keys.Put(k)
	return k
}

// Private returns the private key. It must not be called in a transaction, which would keep others waiting.
func (k *Key) Private() (*rsa.PrivateKey, error) {
	err := k.pair.ready()
	return k.pair.key, err
}

// Certificate returns a self-signed certificate of the key, in DER. As Private, it is not for transactions.
func (k *Key) Certificate() ([]byte, error) {
	err := k.pair.ready()
	return k.pair.cert, err
}

func (p *pair) ready() error {
	p.once.Do(func() { p.err = p.make() })
	return p.err
}

func (p *pair) generate(private func() (*rsa.PrivateKey, error), now time.Time) (err error) {
	if p.key, err = private(); err != nil {
		return err
	}
	if p.pkcs8, err = x509.MarshalPKCS8PrivateKey(p.key); err != nil {
		return err
	}
	p.cert, err = SelfSigned(p.key, now)
	return err
}

// SelfSigned makes a certificate for a key, in DER.
func SelfSigned(key *rsa.PrivateKey, now time.Time) ([]byte, error) {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{Organization: []string{"stytch-emulator"}},
		NotBefore:    now,
		NotAfter:     now.AddDate(certYears, 0, 0),
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}
	return x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
}

// keyJSON is the form of a key in a snapshot.
type keyJSON struct {
	KID       string    `json:"kid"`
	PKCS8     []byte    `json:"pkcs8"`
	Cert      []byte    `json:"x5c"`
	CreatedAt time.Time `json:"created_at"`
}

func (k *Key) snapshot() (keyJSON, error) {
	err := k.pair.ready()
	return keyJSON{k.KID, k.pair.pkcs8, k.pair.cert, k.CreatedAt}, err
}

// parse returns the key of a snapshot, which must have the size and certificate of a key of ours.
func (k *keyJSON) parse() (*Key, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(k.PKCS8)
	if err != nil {
		return nil, errors.New("pkcs8 is not a private key in PKCS #8")
	}
	private, ok := parsed.(*rsa.PrivateKey)
	if !ok || private.N.BitLen() != keyBits || private.E != 65537 || private.Validate() != nil {
		return nil, fmt.Errorf("pkcs8 is not a valid RSA key of %d bits", keyBits)
	}
	cert, err := x509.ParseCertificate(k.Cert)
	if err != nil {
		return nil, errors.New("x5c is not a certificate")
	}
	if !private.PublicKey.Equal(cert.PublicKey) {
		return nil, errors.New("x5c is the certificate of another key")
	}
	return &Key{KID: k.KID, CreatedAt: k.CreatedAt, pair: &pair{
		make: func() error { return nil }, key: private, pkcs8: k.PKCS8, cert: k.Cert,
	}}, nil
}
