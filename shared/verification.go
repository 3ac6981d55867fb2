package shared

import "time"

// Verification holds the settings of local verification: the check of tokens and permissions without a call to the API.
// The zero value suits most programs.
type Verification struct {
	// Keys is a JSON Web Key Set (RFC 7517, section 5) to start with, so that tokens can be verified before keys were
	// fetched. Its first use starts a fetch of the current keys; until one succeeds, it is used up to KeysMaxStale.
	Keys []byte
	// Issuers are further issuers to accept, such as "https://login.example.com" for access tokens that were issued on
	// a custom domain. "stytch.com/" with the project's id, and the base URL, are always accepted. A slash at the end,
	// the case of the host and the scheme's own port do not matter.
	Issuers []string

	// KeysTTL is how long keys are fresh. At four fifths of it, a call starts a fetch of new keys without waiting for
	// it. Past it, calls wait for the fetch, until two seconds after its start, and then use the old keys; within two
	// minutes after a failed fetch, they do not wait. Default: 1 hour.
	KeysTTL time.Duration
	// KeysMaxStale is the age from which on keys are not used if no new ones could be fetched. It is KeysTTL at least.
	// Default: 24 hours.
	KeysMaxStale time.Duration
	// KeysMinInterval is the shortest interval between fetches that are caused by tokens with an unknown key. Default:
	// 30 seconds.
	KeysMinInterval time.Duration

	// PolicyTTL is how long the policies of the project and of organizations are fresh, in the sense of KeysTTL.
	// Default: 5 minutes.
	PolicyTTL time.Duration
	// PolicyMaxStale is the age from which on a policy is not used if no new one could be fetched. It is PolicyTTL at
	// least. Default: 1 hour.
	PolicyMaxStale time.Duration
	// MaxOrganizations bounds the number of organizations whose policies are cached. Default: 10 000.
	MaxOrganizations int

	// TokenCacheSize is the number of verified tokens to cache, at most 1 048 576, so that verifying one again needs no
	// signature check. Its expiry, MaxTokenAge and key are still checked each time, and each caller gets a copy of the
	// result. Zero caches none.
	TokenCacheSize int
}
