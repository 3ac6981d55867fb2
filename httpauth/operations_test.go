package httpauth_test

// Operations of the API, and the paths of those whose calls are counted.
const (
	authenticate             = "b2b.sessions.authenticate"
	authenticatePath         = "/v1/b2b/sessions/authenticate"
	revoke                   = "b2b.sessions.revoke"
	revokePath               = "/v1/b2b/sessions/revoke"
	exchange                 = "b2b.sessions.exchange"
	exchangePath             = "/v1/b2b/sessions/exchange"
	keysOperation            = "b2b.sessions.get_jwks"
	policyOperation          = "b2b.rbac.policy"
	sendLink                 = "b2b.magic_links.email.discovery.send"
	spendLink                = "b2b.magic_links.discovery.authenticate"
	spendLinkPath            = "/v1/b2b/magic_links/discovery/authenticate"
	exchangeIntermediate     = "b2b.discovery.intermediate_sessions.exchange"
	exchangeIntermediatePath = "/v1/b2b/discovery/intermediate_sessions/exchange"
	createOrganization       = "b2b.discovery.organizations.create"
	createOrganizationPath   = "/v1/b2b/discovery/organizations/create"
	listOrganizations        = "b2b.discovery.organizations.list"

	userAuthenticate     = "b2c.sessions.authenticate"
	userAuthenticatePath = "/v1/sessions/authenticate"
	userRevoke           = "b2c.sessions.revoke"
	userRevokePath       = "/v1/sessions/revoke"
	userKeysOperation    = "b2c.sessions.get_jwks"
	userPolicyOperation  = "b2c.rbac.policy"
	userSendLink         = "b2c.magic_links.email.login_or_create"
	userSendLinkPath     = "/v1/magic_links/email/login_or_create"
	userSpendLink        = "b2c.magic_links.authenticate"
	userSpendLinkPath    = "/v1/magic_links/authenticate"
)

// allCalls is the Count of a Fault of all calls.
const allCalls = -1
