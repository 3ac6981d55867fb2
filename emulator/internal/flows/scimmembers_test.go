package flows_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	b2bscim "github.com/seed75add069/stytch-go/b2b/scim"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// memberWith finds a member of acme by address, nil if there is none.
func (h *harness) memberWith(email string) *organizations.Member {
	h.t.Helper()
	resp, err := h.api.B2B.Organizations.Members.Get(h.t.Context(),
		&members.GetRequest{OrganizationID: "acme", EmailAddress: &email})
	if err != nil {
		require.ErrorIs(h.t, err, stytcherror.CodeMemberNotFound)
		return nil
	}
	return &resp.Member
}

// deletedMember finds a member by id, be it deleted.
func (h *harness) deletedMember(id string) organizations.Member {
	h.t.Helper()
	resp, err := h.api.B2B.Organizations.Members.DangerouslyGet(h.t.Context(),
		&members.DangerouslyGetRequest{MemberID: id, IncludeDeleted: new(true)})
	require.NoError(h.t, err)
	return resp.Member
}

// bobsSession logs bob@acme.example in to acme, and returns the token of the session.
func (h *harness) bobsSession() string {
	h.t.Helper()
	resp, err := h.follow(h.link("acme", "bob@acme.example"))
	require.NoError(h.t, err)
	return resp.SessionToken
}

// active sets whether a user is active.
func (p *identityProvider) active(id string, active bool) {
	p.t.Helper()
	p.do(http.StatusOK, "PATCH", "/Users/"+id, patch(operation("replace", "active", active)))
}

func TestSCIM_userBecomesAMember(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	for userName, row := range map[string]struct {
		emails  []any
		address string
	}{
		"bob@acme.example": {nil, "bob@acme.example"},
		"carol": {[]any{
			object{"value": "c1@acme.example", "type": "work"}, object{"value": "C2@acme.example", "primary": true},
		}, "c2@acme.example"},
		"dan":         {[]any{object{"value": "d1@acme.example"}, object{"value": "d2@acme.example", "type": "Work"}}, "d2@acme.example"},
		"eve":         {[]any{object{"value": "e1@acme.example"}, object{"value": "e2@acme.example"}}, "e1@acme.example"},
		"f@x.example": {[]any{object{"type": "work"}}, "f@x.example"},
	} {
		body := person(userName, object{"externalId": "ext " + userName, "displayName": "Name of " + userName})
		if row.emails != nil {
			body["emails"] = row.emails
		}
		created := p.do(http.StatusCreated, "POST", "/Users", body)
		id := created.object["id"].(string)
		m := h.memberWith(row.address)
		require.NotNil(t, m, userName)
		assert.Equal(t, organizations.MemberStatusActive, m.Status)
		assert.False(t, m.EmailAddressVerified, "nobody has proved the address")
		assert.Equal(t, "Name of "+userName, m.Name)
		r := m.SCIMRegistration
		require.NotNil(t, r)
		assert.Equal(t, p.id, r.ConnectionID)
		assert.Equal(t, "ext "+userName, r.ExternalID)
		assert.Equal(t, id, r.RegistrationID)
		assert.Equal(t, id, r.SCIMAttributes.ID)
		assert.Equal(t, userName, r.SCIMAttributes.UserName)
		assert.True(t, r.SCIMAttributes.Active)
	}
}

func TestSCIM_attributesAreThoseOfTheMember(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	body := person("bob@acme.example", object{
		"externalId": "00u1", "name": object{
			"formatted": "Dr. Bob B. Byrne III", "familyName": "Byrne", "givenName": "Bob", "middleName": "B.",
			"honorificPrefix": "Dr.", "honorificSuffix": "III",
		},
		"displayName": "Bob", "nickName": "Bobby", "profileUrl": "https://acme.example/bob", "title": "CFO", "userType": "Employee",
		"preferredLanguage": "en-US, en", "locale": "en-US", "timezone": "Europe/Dublin",
		"emails":       []any{object{"value": "bob@acme.example", "type": "work", "primary": true}},
		"phoneNumbers": []any{object{"value": "+1", "type": "mobile"}}, "ims": []any{object{"value": "bob", "type": "xmpp"}},
		"photos": []any{object{"value": "https://acme.example/bob.png", "type": "photo"}},
		"addresses": []any{object{
			"formatted": "1 Main St\nDublin", "streetAddress": "1 Main St", "locality": "Dublin", "region": "Leinster",
			"postalCode": "D01", "country": "IE", "type": "work", "primary": true,
		}},
		"entitlements": []any{object{"value": "parking"}}, "roles": []any{object{"value": "approver"}},
		"x509Certificates": []any{object{"value": "MIIB"}},
		enterpriseURN: object{
			"employeeNumber": "7", "costCenter": "42", "organization": "Acme", "division": "Money", "department": "Finance",
			"manager": object{"value": "26", "$ref": "../Users/26", "displayName": "Ada"},
		},
		"active": true,
	})
	id := p.do(http.StatusCreated, "POST", "/Users", body).object["id"].(string)
	typed := func(value, kind string, primary bool) []b2bscim.TypedValue {
		return []b2bscim.TypedValue{{Value: value, Type: kind, Primary: primary}}
	}
	want := &b2bscim.SCIMAttributes{
		ID: id, ExternalID: "00u1", UserName: "bob@acme.example", Active: true, Name: &b2bscim.Name{
			Formatted: "Dr. Bob B. Byrne III", FamilyName: "Byrne", GivenName: "Bob", MiddleName: "B.",
			HonorificPrefix: "Dr.", HonorificSuffix: "III",
		},
		DisplayName: "Bob", NickName: "Bobby", ProfileURL: "https://acme.example/bob", Title: "CFO", UserType: "Employee",
		PreferredLanguage: "en-US, en", Locale: "en-US", Timezone: "Europe/Dublin", Emails: typed("bob@acme.example", "work", true),
		PhoneNumbers: typed("+1", "mobile", false), IMs: typed("bob", "xmpp", false),
		Photos: typed("https://acme.example/bob.png", "photo", false), Addresses: []b2bscim.Address{{
			Formatted: "1 Main St\nDublin", StreetAddress: "1 Main St", Locality: "Dublin", Region: "Leinster",
			PostalCode: "D01", Country: "IE", Type: "work", Primary: true,
		}},
		Groups: []b2bscim.Group{}, Entitlements: typed("parking", "", false), Roles: typed("approver", "", false),
		X509Certificates: typed("MIIB", "", false), EnterpriseExtension: &b2bscim.EnterpriseExtension{
			EmployeeNumber: "7", CostCenter: "42", Organization: "Acme", Division: "Money", Department: "Finance",
			Manager: &b2bscim.Manager{Value: "26", Ref: "../Users/26", DisplayName: "Ada"},
		},
	}
	assert.Equal(t, want, h.memberWith("bob@acme.example").SCIMRegistration.SCIMAttributes)
	got := p.do(http.StatusOK, "GET", "/Users/"+id, nil).object
	delete(got, "meta")
	body["id"], body["schemas"] = id, []any{userURN, enterpriseURN}
	assert.Equal(t, body, got)
	snapshot, err := h.Snapshot()
	require.NoError(t, err)
	require.NoError(t, h.Restore(snapshot))
	assert.Equal(t, want, h.memberWith("bob@acme.example").SCIMRegistration.SCIMAttributes, "after snapshot and restore")
}

func TestSCIM_memberWithTheAddressIsLinked(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	before := h.memberWith("ada@acme.example")
	id := p.user("ADA@acme.example", object{"displayName": "Ada"})
	linked := h.memberWith("ada@acme.example")
	assert.Equal(t, before.MemberID, linked.MemberID)
	assert.Equal(t, "Ada", linked.Name)
	assert.True(t, linked.EmailAddressVerified)
	assert.True(t, linked.IsAdmin)
	assert.Equal(t, id, linked.SCIMRegistration.RegistrationID)
	p.refuse(http.StatusConflict, "uniqueness", "POST", "/Users",
		person("ada", object{"emails": []any{object{"value": "ada@acme.example"}}}))
}

func TestSCIM_refusesUsersWhoCannotBeMembers(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	changing := p.user("changed@acme.example")
	p.do(http.StatusOK, "PATCH", "/Users/"+changing, patch(operation("replace", "userName", "bob@acme.example")))
	_, err := h.startUpdate("acme", h.memberWith("ada@acme.example").MemberID, "wanted@acme.example", nil)
	require.NoError(t, err)
	claimer := h.organization(func(*organizations.CreateRequest) {})
	h.alter("organizations", "organization_id", claimer.OrganizationID, object{"claimed_email_domains": []any{"claimed.example"}})
	p.refuse(409, "uniqueness", "POST", "/Users", person("BOB@acme.example"))
	p.refuse(409, "uniqueness", "POST", "/Users", person("changed@acme.example"))
	p.refuse(409, "uniqueness", "POST", "/Users", person("wanted@acme.example"))
	p.refuse(400, "invalidValue", "POST", "/Users", person("eve@claimed.example"))
	for _, name := range []string{"eve", "", " ", "eve@localhost", strings.Repeat("e", 250) + "@acme.example"} {
		p.refuse(400, "invalidValue", "POST", "/Users", person(name))
	}
	p.refuse(400, "invalidValue", "POST", "/Users", person("eve@acme.example", object{"title": strings.Repeat("x", 4097)}))
	p.refuse(400, "invalidValue", "POST", "/Users", person("eve@acme.example", object{"emails": []any{object{"value": "x"}}}))
	p.user("eve@acme.example", object{"title": strings.Repeat("x", 4096), "displayName": strings.Repeat("é", 200)})
	assert.Equal(t, strings.Repeat("é", 128), h.memberWith("eve@acme.example").Name)
	assert.Len(t, p.find(""), 2)
}

func TestSCIM_anotherAddressIsTheMembers(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	id := p.user("bob", object{"emails": []any{object{"value": "bob@acme.example", "type": "work"}}})
	session := h.bobsSession()
	m := h.memberWith("bob@acme.example")
	assert.True(t, m.EmailAddressVerified)
	p.do(http.StatusOK, "PATCH", "/Users/"+id, patch(operation("Replace", `emails[type eq "work"].value`, "Robert@acme.example")))
	moved := h.memberWith("robert@acme.example")
	require.NotNil(t, moved)
	assert.Equal(t, m.MemberID, moved.MemberID)
	assert.False(t, moved.EmailAddressVerified)
	assert.Equal(t, "bob@acme.example", moved.RetiredEmailAddresses[0].EmailAddress)
	_, err := h.authenticate(&sessions.AuthenticateRequest{SessionToken: &session})
	require.NoError(t, err)
	p.refuse(409, "uniqueness", "PATCH", "/Users/"+id, patch(operation("replace", `emails[type eq "work"].value`, "ada@acme.example")))
	assert.NotNil(t, h.memberWith("robert@acme.example"))
}

// What a call of the API has changed stays until the identity provider changes the same.
func TestSCIM_keepsWhatTheAPIChanged(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	id := p.user("bob@acme.example", object{"displayName": "Bob"})
	m := h.memberWith("bob@acme.example")
	_, err := h.update("acme", m.MemberID, func(r *members.UpdateRequest) {
		r.Name, r.EmailAddress = new("Robert"), new("robert@acme.example")
	})
	require.NoError(t, err)
	p.do(http.StatusOK, "PATCH", "/Users/"+id, patch(operation("add", "title", "CFO")))
	got := h.member("acme", m.MemberID)
	assert.Equal(t, "Robert", got.Name)
	assert.Equal(t, "robert@acme.example", got.EmailAddress)
	p.active(id, false)
	p.active(id, true)
	assert.Equal(t, "robert@acme.example", h.member("acme", m.MemberID).EmailAddress)
	assert.Equal(t, "Robert", h.member("acme", m.MemberID).Name)
	p.do(http.StatusOK, "PATCH", "/Users/"+id, patch(operation("replace", "displayName", "Bobby")))
	assert.Equal(t, "Bobby", h.member("acme", m.MemberID).Name)
}

func TestSCIM_deprovisioningDeletesTheMember(t *testing.T) {
	t.Parallel()
	for name, deprovision := range map[string]func(p *identityProvider, id string){
		"patch": func(p *identityProvider, id string) { p.active(id, false) },
		"entra": func(p *identityProvider, id string) {
			p.do(http.StatusOK, "PATCH", "/Users/"+id, patch(operation("Replace", "active", "False")))
		},
		"okta": func(p *identityProvider, id string) {
			p.do(http.StatusOK, "PATCH", "/Users/"+id, patch(operation("replace", "", object{"active": false})))
		},
		"put": func(p *identityProvider, id string) {
			p.do(http.StatusOK, "PUT", "/Users/"+id, person("bob@acme.example", object{"active": false}))
		},
		"delete": func(p *identityProvider, id string) { p.do(http.StatusNoContent, "DELETE", "/Users/"+id, nil) },
	} {
		h := newHarness(t)
		p := h.connect()
		id := p.user("bob@acme.example")
		session, m := h.bobsSession(), h.memberWith("bob@acme.example")
		h.Clock().Advance(time.Minute)
		deprovision(p, id)
		_, err := h.authenticate(&sessions.AuthenticateRequest{SessionToken: &session})
		require.ErrorIs(t, err, stytcherror.CodeSessionNotFound, name)
		assert.Nil(t, h.memberWith("bob@acme.example"), name)
		deleted := h.deletedMember(m.MemberID)
		assert.Equal(t, organizations.MemberStatusDeleted, deleted.Status, name)
		assert.Equal(t, time.Minute, deleted.UpdatedAt.Sub(m.UpdatedAt), name)
		if name == "delete" {
			p.refuse(http.StatusNotFound, "", "GET", "/Users/"+id, nil)
			p.refuse(http.StatusNotFound, "", "DELETE", "/Users/"+id, nil)
			assert.Nil(t, deleted.SCIMRegistration)
			p.user("bob@acme.example")
			assert.NotEqual(t, m.MemberID, h.memberWith("bob@acme.example").MemberID)
			continue
		}
		assert.Equal(t, false, p.do(http.StatusOK, "GET", "/Users/"+id, nil).object["active"], name)
		assert.False(t, deleted.SCIMRegistration.SCIMAttributes.Active, name)
		assert.Equal(t, []string{"bob@acme.example"}, p.find("filter=active+eq+false"), name)
		p.active(id, true)
		assert.Equal(t, m.MemberID, h.memberWith("bob@acme.example").MemberID, name)
		_, err = h.authenticate(&sessions.AuthenticateRequest{SessionToken: &session})
		require.ErrorIs(t, err, stytcherror.CodeSessionNotFound, "a session that is gone does not come back")
	}
}

func TestSCIM_inactiveUserIsNoMemberYet(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	id := p.user("bob@acme.example", object{"active": "False"})
	assert.Nil(t, h.memberWith("bob@acme.example"))
	p.do(http.StatusOK, "PUT", "/Users/"+id, person("bob@acme.example"))
	assert.Nil(t, h.memberWith("bob@acme.example"), "a replacement that says nothing changes nothing")
	p.do(http.StatusOK, "PUT", "/Users/"+id, person("bob@acme.example", object{"active": true}))
	m := h.memberWith("bob@acme.example")
	require.NotNil(t, m)
	_, err := h.api.B2B.Organizations.Members.Delete(t.Context(),
		&members.DeleteRequest{OrganizationID: "acme", MemberID: m.MemberID})
	require.NoError(t, err)
	assert.Equal(t, false, p.do(http.StatusOK, "GET", "/Users/"+id, nil).object["active"], "the API deletes members too")
	p.do(http.StatusOK, "PATCH", "/Users/"+id, patch(operation("replace", "title", "CFO")))
	assert.Nil(t, h.memberWith("bob@acme.example"))
}

func TestSCIM_parallelCreationsMakeOneUser(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	var group sync.WaitGroup
	statuses := make(chan int, 100)
	for range cap(statuses) {
		group.Go(func() { statuses <- p.call("POST", "/Users", person("bob@acme.example")).status })
	}
	group.Wait()
	close(statuses)
	counts := map[int]int{}
	for status := range statuses {
		counts[status]++
	}
	assert.Equal(t, map[int]int{http.StatusCreated: 1, http.StatusConflict: 99}, counts)
	assert.Len(t, h.rows("scim_users"), 1)
	assert.Len(t, h.rows("members"), 2)
}
