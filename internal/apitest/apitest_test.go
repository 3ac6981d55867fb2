package apitest_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2c/m2m"
	"github.com/seed75add069/stytch-go/internal/apitest"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestAPI(t *testing.T) {
	t.Parallel()
	api := apitest.New(
		`{"request_id": "r", "status_code": 200, "organization": {"organization_id": "o"}}`,
		`{"request_id": "r", "status_code": 404, "error_type": "organization_not_found"}`,
	)
	client := api.Client()

	got, err := client.B2B.Organizations.Update(t.Context(), &organizations.UpdateRequest{
		OrganizationID: "a b", OrganizationName: new("Name"), ClaimedEmailDomains: []string{},
	})
	require.NoError(t, err, "the first answer")
	assert.Equal(t, "o", got.Organization.OrganizationID)
	assert.Equal(t, "PUT /v1/b2b/organizations/a%20b\n"+
		`{"claimed_email_domains":[],"organization_name":"Name"}`, api.Sent(), "names in alphabetical order")

	_, err = client.B2B.Organizations.Get(t.Context(), &organizations.GetRequest{OrganizationID: "o"})
	require.ErrorIs(t, err, stytcherror.CodeOrganizationNotFound, "the second answer, with its own status")
	assert.Equal(t, "GET /v1/b2b/organizations/o", api.Sent(), "no body, no second line")

	_, err = client.B2B.Organizations.Get(t.Context(), &organizations.GetRequest{OrganizationID: "o"})
	_, ok := errors.AsType[*stytcherror.RequestError](err)
	assert.True(t, ok, "no answer is left: %v", err)
}

func TestAPI_answerWithoutStatus(t *testing.T) {
	t.Parallel()
	_, err := apitest.Client(`{"request_id": "r"}`).B2B.RBAC.Policy(t.Context(), nil)
	require.ErrorContains(t, err, "status_code")
}

func TestAPI_form(t *testing.T) {
	t.Parallel()
	api := apitest.New(`{"request_id": "r", "status_code": 200, "access_token": "t"}`)
	_, err := api.Client().B2B.M2M.Token(t.Context(), &m2m.TokenRequest{ClientID: "m", ClientSecret: "s"})
	require.NoError(t, err)
	assert.Equal(t, "POST /v1/public/project-test-example/oauth2/token\n"+
		"client_id=m&client_secret=s&grant_type=client_credentials", api.Sent(), "a form stands as it is")
}
