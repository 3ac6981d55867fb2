package shared

import "time"

// Verification are the knobs of local verification, the check of tokens and permissions without a call to the API. The
// zero value is what most programs want.
type Verification struct {
	// Keys is a JSON Web Key Set (RFC 7517, section 5) to start with, so that tokens can be verified before the API was
	// ever reached. It serves at once, is fetched anew at first use, and where that fails serves for KeysMaxStale.
	Keys []byte
	// Issuers are further issuers to accept, such as "https://login.example.com" for access tokens that were issued on
	// a custom domain. "stytch.com/" with the project id, and the base URL, are accepted in any case.
	Issuers []string

	// KeysTTL is the age of the keys from which on calls wait for new ones, though never longer than until two seconds
	// after their fetch began, and not after a failed one; then they are served the old ones. From four fifths of it
	// on, a call has new keys fetched and waits for nothing. Default: 1 hour.
	KeysTTL time.Duration
	// KeysMaxStale is the age at which keys that cannot be fetched anew serve no more, KeysTTL at least. Default: 24
	// hours.
	KeysMaxStale time.Duration
	// KeysMinInterval is the least time between two fetches that tokens with unknown keys can cause. Default: 30
	// seconds.
	KeysMinInterval time.Duration

	// PolicyTTL is for the policy of the project or of an organization what KeysTTL is for keys. Default: 5 minutes.
	PolicyTTL time.Duration
	// PolicyMaxStale is how much longer than PolicyTTL a policy serves that cannot be fetched anew. Default: 1 hour.
	PolicyMaxStale time.Duration
	// MaxOrganizations bounds how many organizations' policies are kept. Default: 10 000.
	MaxOrganizations int

	// TokenCacheSize is how many verified tokens to remember, so that the same token again costs no signature check. It is
	// still held against its expiry, MaxTokenAge and the keys each time. What comes of a remembered token shares its
	// lists and maps with all who verified it: do not change them. Zero remembers none.
	TokenCacheSize int
}
