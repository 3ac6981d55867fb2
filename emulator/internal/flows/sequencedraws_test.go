package flows_test

import (
	"pgregory.net/rapid"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/b2b/rbac"
	rbacorganizations "github.com/seed75add069/stytch-go/b2b/rbac/organizations"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/b2c/m2m"
	"github.com/seed75add069/stytch-go/b2c/m2m/clients"
	"github.com/seed75add069/stytch-go/shared"
)

func (s *sequence) sessionDraws() map[string]func(*rapid.T) *call {
	return map[string]func(*rapid.T) *call{
		"sessions.authenticate": func(t *rapid.T) *call {
			req := &sessions.AuthenticateRequest{
				SessionDurationMinutes: maybe(t, 4, 5, 60), SessionCustomClaims: one(t, nil, shared.Object{"k": "v"}),
			}
			req.SessionToken, req.SessionJWT = s.session(t)
			if one(t, true, false, false) {
				req.AuthorizationCheck = &sessions.AuthorizationCheck{
					OrganizationID: s.org(t), ResourceID: "stytch.member", Action: one(t, "create", "nothing"),
				}
			}
			return s.authenticate(req)
		},
		"sessions.get": func(t *rapid.T) *call {
			org, member := s.pair(t)
			return do("sessions.get", s.api.B2B.Sessions.Get,
				&sessions.GetRequest{OrganizationID: org, MemberID: member})
		},
		"sessions.exchange": func(t *rapid.T) *call {
			req := &sessions.ExchangeRequest{OrganizationID: s.org(t)}
			req.SessionToken, req.SessionJWT = s.session(t)
			c := do("sessions.exchange", s.api.B2B.Sessions.Exchange, req)
			c.token, c.jwt, c.exchanges = text(req.SessionToken), text(req.SessionJWT), true
			return c
		},
		"sessions.revoke": func(t *rapid.T) *call {
			req := &sessions.RevokeRequest{}
			var ends func(*knownSession) bool
			if one(t, true, true, false) {
				req.SessionToken, req.SessionJWT = s.session(t)
				session := s.known.session(text(req.SessionToken) + text(req.SessionJWT))
				ends = func(k *knownSession) bool { return k == session }
			} else {
				req.MemberID = new(s.member(t))
				ends = func(k *knownSession) bool { return k.memberID == *req.MemberID }
			}
			c := s.caller(t, do("sessions.revoke", s.api.B2B.Sessions.Revoke, req))
			c.token, c.jwt, c.ends = text(req.SessionToken), text(req.SessionJWT), ends
			return c
		},
	}
}

func (s *sequence) organizationDraws() map[string]func(*rapid.T) *call {
	return map[string]func(*rapid.T) *call{
		"organizations.create": func(t *rapid.T) *call {
			return do("organizations.create", s.api.B2B.Organizations.Create,
				&organizations.CreateRequest{OrganizationName: one(t, "Acme", "\u00e9", ""), OrganizationSlug: maybe(t, "acme", "new")})
		},
		"organizations.get": func(t *rapid.T) *call {
			return do("organizations.get", s.api.B2B.Organizations.Get, &organizations.GetRequest{OrganizationID: s.org(t)})
		},
		"organizations.update": func(t *rapid.T) *call {
			return s.caller(t, do("organizations.update", s.api.B2B.Organizations.Update, &organizations.UpdateRequest{
				OrganizationID: s.org(t), OrganizationSlug: maybe(t, "acme", "new", "x"),
				OrganizationExternalID: maybe(t, "ext-1", "ext-2", "!"), EmailAllowedDomains: one(t, nil, domains, []string{}),
				EmailJITProvisioning: maybe(t, "RESTRICTED", "NOT_ALLOWED"), AuthMethods: maybe(t, "ALL_ALLOWED", "RESTRICTED"),
				AllowedAuthMethods:  one(t, nil, []string{"magic_link"}, []string{"email_otp", "sso"}),
				ClaimedEmailDomains: one(t, nil, nil, domains[:1], []string{}), MFAPolicy: maybe(t, "OPTIONAL", "REQUIRED_FOR_ALL"),
				RBACEmailImplicitRoleAssignments: one(t, nil, []organizations.EmailImplicitRoleAssignment{
					{Domain: "example.com", RoleID: "stytch_admin"},
				}),
				TrustedMetadata: one(t, nil, shared.Object{"k": 1}, shared.Object{"k": nil}),
			}))
		},
		"organizations.delete": func(t *rapid.T) *call {
			id := one(t, s.known.orgs...)
			c := s.caller(t, do("organizations.delete", s.api.B2B.Organizations.Delete,
				&organizations.DeleteRequest{OrganizationID: id}))
			c.ends = func(k *knownSession) bool { return k.organizationID == id }
			return c
		},
		"organizations.search": func(t *rapid.T) *call {
			id := one(t, s.known.orgs...)
			c := do("organizations.search", s.api.B2B.Organizations.Search, &organizations.SearchRequest{
				Limit: maybe(t, 1, 0, 1001),
				Query: &organizations.SearchQuery{Operator: "AND", Operands: []organizations.SearchQueryOperand{
					organizations.FilterIDs(id), organizations.FilterMemberEmailFuzzy(one(t, "ada", "ex", "example")),
				}},
			})
			c.within = []string{id}
			return c
		},
		"organizations.metrics": func(t *rapid.T) *call {
			return do("organizations.metrics", s.api.B2B.Organizations.Metrics,
				&organizations.MetricsRequest{OrganizationID: s.org(t)})
		},
		"organizations.delete_external_id": func(t *rapid.T) *call {
			return s.caller(t, do("organizations.delete_external_id", s.api.B2B.Organizations.DeleteExternalID,
				&organizations.DeleteExternalIDRequest{OrganizationID: s.org(t)}))
		},
		"rbac.set": func(t *rapid.T) *call {
			return do("rbac.set", s.api.B2B.RBAC.Organizations.SetOrgPolicy, &rbacorganizations.SetOrgPolicyRequest{
				OrganizationID: s.org(t), OrgPolicy: rbac.OrgPolicy{Roles: []rbac.PolicyRole{{
					RoleID:      one(t, "editor", "stytch_admin", ""),
					Permissions: []rbac.PolicyRolePermission{{ResourceID: "stytch.member", Actions: []string{one(t, "*", "search")}}},
				}}},
			})
		},
	}
}

func (s *sequence) memberDraws() map[string]func(*rapid.T) *call {
	return map[string]func(*rapid.T) *call{
		"members.create": func(t *rapid.T) *call {
			return s.caller(t, do("members.create", s.api.B2B.Organizations.Members.Create, &members.CreateRequest{
				OrganizationID: s.org(t), EmailAddress: one(t, people...), ExternalID: maybe(t, "ext-1", "ext-2", "!"),
				CreateMemberAsPending: maybe(t, true), IsBreakglass: maybe(t, true), MFAPhoneNumber: maybe(t, "+12025550100", "1"),
			}))
		},
		"members.get": func(t *rapid.T) *call {
			_, member := s.pair(t)
			id := one(t, s.known.organizationOf[member], one(t, s.known.orgs...))
			c := do("members.get", s.api.B2B.Organizations.Members.Get,
				&members.GetRequest{OrganizationID: id, MemberID: maybe(t, member), EmailAddress: maybe(t, people...)})
			c.within = []string{id}
			return c
		},
		"members.dangerously_get": func(t *rapid.T) *call {
			return do("members.dangerously_get", s.api.B2B.Organizations.Members.DangerouslyGet,
				&members.DangerouslyGetRequest{MemberID: s.member(t), IncludeDeleted: maybe(t, true)})
		},
		"members.search": func(t *rapid.T) *call {
			ids := one(t, nil, []string{one(t, s.known.orgs...)}, []string{one(t, s.known.orgs...), one(t, s.known.orgs...)})
			req := &members.SearchRequest{OrganizationIDs: ids, Limit: maybe(t, 1, 0, 1001)}
			if one(t, true, false) {
				req.Query = &organizations.SearchQuery{
					Operator: one[shared.SearchOperator](t, "AND", "OR"),
					Operands: []organizations.SearchQueryOperand{
						{FilterName: "statuses", FilterValue: []string{one(t, "deleted", "active")}},
						{FilterName: "member_emails", FilterValue: []string{one(t, people...)}},
						{FilterName: "member_roles", FilterValue: []string{"stytch_admin"}},
					},
				}
			}
			c := s.caller(t, do("members.search", s.api.B2B.Organizations.Members.Search, req))
			c.within = append([]string{}, ids...)
			return c
		},
		"members.delete": func(t *rapid.T) *call {
			org, id := s.pair(t)
			c := s.caller(t, do("members.delete", s.api.B2B.Organizations.Members.Delete,
				&members.DeleteRequest{OrganizationID: org, MemberID: id}))
			c.ends = func(k *knownSession) bool { return k.memberID == id }
			return c
		},
		"members.reactivate": func(t *rapid.T) *call {
			org, member := s.pair(t)
			return s.caller(t, do("members.reactivate", s.api.B2B.Organizations.Members.Reactivate,
				&members.ReactivateRequest{OrganizationID: org, MemberID: member}))
		},
	}
}

func (s *sequence) memberChangeDraws() map[string]func(*rapid.T) *call {
	return map[string]func(*rapid.T) *call{
		"members.update": func(t *rapid.T) *call {
			org, member := s.pair(t)
			return s.caller(t, do("members.update", s.api.B2B.Organizations.Members.Update, &members.UpdateRequest{
				OrganizationID: org, MemberID: member, Name: maybe(t, "", "A"), EmailAddress: maybe(t, people...),
				UnlinkEmail: maybe(t, true), ExternalID: maybe(t, "ext-1", "ext-2"), MFAEnrolled: maybe(t, true, false),
				MFAPhoneNumber: maybe(t, "+12025550100"), DefaultMFAMethod: maybe(t, "sms_otp", "totp"),
				Roles:             one(t, nil, []string{"stytch_admin"}, []string{}, []string{"editor"}),
				UntrustedMetadata: one(t, nil, shared.Object{"k": 1}, shared.Object{"k": nil}),
			}))
		},
		"members.start_email_update": func(t *rapid.T) *call {
			org, member := s.pair(t)
			return s.caller(t, do("members.start_email_update", s.api.B2B.Organizations.Members.StartEmailUpdate,
				&members.StartEmailUpdateRequest{
					OrganizationID: org, MemberID: member, EmailAddress: one(t, append(people, "new@example.com")...),
					DeliveryMethod: maybe(t, members.EmailUpdateDeliveryMethodEmailOTP),
				}))
		},
		"members.unlink_retired_email": func(t *rapid.T) *call {
			org, member := s.pair(t)
			return s.caller(t, do("members.unlink_retired_email", s.api.B2B.Organizations.Members.UnlinkRetiredEmail,
				&members.UnlinkRetiredEmailRequest{
					OrganizationID: org, MemberID: member, EmailAddress: maybe(t, people...),
				}))
		},
		"members.delete_mfa_phone_number": func(t *rapid.T) *call {
			org, member := s.pair(t)
			return s.caller(t, do("members.delete_mfa_phone_number", s.api.B2B.Organizations.Members.DeleteMFAPhoneNumber,
				&members.DeleteMFAPhoneNumberRequest{OrganizationID: org, MemberID: member}))
		},
		"members.delete_external_id": func(t *rapid.T) *call {
			org, member := s.pair(t)
			return s.caller(t, do("members.delete_external_id", s.api.B2B.Organizations.Members.DeleteExternalID,
				&members.DeleteExternalIDRequest{OrganizationID: org, MemberID: member}))
		},
	}
}

func (s *sequence) clientDraws() map[string]func(*rapid.T) *call {
	client := func(t *rapid.T) string { return one(t, append([]string{"m2m-1"}, s.known.clients...)...) }
	return map[string]func(*rapid.T) *call{
		"clients.create": func(t *rapid.T) *call {
			return do("clients.create", s.api.B2C.M2M.Clients.Create, &clients.CreateRequest{
				ClientID: maybe(t, "m2m-1", "!"), ClientSecret: maybe(t, "correct horse battery", "x"),
				Scopes: one(t, []string{"read:all"}, []string{" "}),
			})
		},
		"clients.update": func(t *rapid.T) *call {
			return do("clients.update", s.api.B2C.M2M.Clients.Update, &clients.UpdateRequest{
				ClientID: client(t), ClientName: maybe(t, "A"),
				Status: maybe[m2m.M2MClientStatus](t, "active", "inactive", "gone"),
			})
		},
		"clients.delete": func(t *rapid.T) *call {
			return do("clients.delete", s.api.B2C.M2M.Clients.Delete, &clients.DeleteRequest{ClientID: client(t)})
		},
		"clients.search": func(t *rapid.T) *call {
			return do("clients.search", s.api.B2C.M2M.Clients.Search, &clients.SearchRequest{Limit: maybe(t, 1, 1001)})
		},
		"clients.token": func(t *rapid.T) *call {
			return do("clients.token", s.api.B2C.M2M.Token, &m2m.TokenRequest{
				ClientID: client(t), ClientSecret: one(t, "correct horse battery", "x"), Scopes: one(t, nil, []string{"read:all"}),
			})
		},
	}
}
