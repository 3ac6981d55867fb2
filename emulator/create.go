package emulator

import (
	"github.com/go-json-experiment/json"

	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations"
)

// newOrganization returns the organization that a request describes, with defaults for what it omits. It does not store
// it.
func (c *call) newOrganization(
	req *discoveryorganizations.CreateRequest, ist *intermediate,
) (*organizations.Organization, error) {
	org := defaultOrganization()
	org.OrganizationID = c.ids.id("organization")
	org.CreatedAt, org.UpdatedAt = c.now, c.now
	org.OrganizationName = nameFromEmail(ist.Email)
	if restrictsAccess(req) {
		org.EmailInvites = organizations.EmailInvitesNotAllowed
	}
	given, err := json.Marshal(req) // settings have the same names in requests and organizations
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(given, org); err != nil {
		return nil, err
	}
	if req.OrganizationSlug == nil {
		org.OrganizationSlug = c.freeSlug(org.OrganizationName)
	}
	return org, c.checkOrganization(org)
}

// restrictsAccess reports whether a request sets JIT provisioning, auth methods or MFA. Invitations are then off by
// default.
func restrictsAccess(req *discoveryorganizations.CreateRequest) bool {
	return req.SSOJITProvisioning != nil || req.EmailJITProvisioning != nil || req.OAuthTenantJITProvisioning != nil ||
		req.AuthMethods != nil || req.MFAPolicy != nil || req.MFAMethods != nil
}
