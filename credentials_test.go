package stytch_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/internal/canarytest"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// refused requires that NewClient names the field and says why, without a value.
func refused(t *testing.T, config stytch.Config, field, reason string) {
	t.Helper()
	c, err := stytch.NewClient(config)
	require.Nil(t, c)
	e, ok := err.(*stytcherror.ArgumentError) //nolint:errorlint // the outermost error is meant
	require.True(t, ok, "%T: %v", err, err)
	assert.Equal(t, "NewClient", e.Op)
	assert.Equal(t, field, e.Field)
	assert.Contains(t, e.Reason, reason)
	canarytest.Hidden(t, err, "cAnArY", secretText, liveSecret)
	canarytest.Hidden(t, config, "cAnArY", secretText)
}

func TestNewClient_refusesCredentials(t *testing.T) {
	t.Parallel()
	pair := func(id, secret string) stytch.Config { return stytch.Config{ProjectID: id, Secret: secret} }
	plain := func(c stytch.Config) stytch.Config {
		c.AllowPlainHTTP = true
		return c
	}
	for name, tt := range map[string]struct {
		config        stytch.Config
		field, reason string
	}{
		"an id in quotes":                  {pair(`"`+liveID+`"`, liveSecret), "ProjectID", "quotation mark"},
		"an id in single quotes":           {pair("'"+testID+"'", secretText), "ProjectID", "quotation mark"},
		"an id after a quotation mark":     {pair(`"`+testID, secretText), "ProjectID", "quotation mark"},
		"an id before a quotation mark":    {pair(testID+`"`, secretText), "ProjectID", "quotation mark"},
		"an id in backticks":               {pair("`"+testID+"`", secretText), "ProjectID", "quotation mark"},
		"an id that is a pair of quotes":   {pair(`""`, secretText), "ProjectID", "quotation mark"},
		"an id in typographic quotes":      {pair("“"+testID+"”", secretText), "ProjectID", "printable ASCII"},
		"an id after a byte order mark":    {pair("\ufeff"+testID, secretText), "ProjectID", "printable ASCII"},
		"an id with a no-break space":      {pair(testID+"\u00a0", secretText), "ProjectID", "printable ASCII"},
		"an id with a zero-width space":    {pair("project-\u200btest-1", secretText), "ProjectID", "printable ASCII"},
		"an id with a soft hyphen":         {pair("project\u00adtest-1", secretText), "ProjectID", "printable ASCII"},
		"an id with a non-breaking hyphen": {pair("project\u2011live\u20111", secretText), "ProjectID", "printable ASCII"},
		"an id with a Cyrillic letter":     {pair("prоject-live-1", secretText), "ProjectID", "printable ASCII"},
		"an id with a direction mark":      {pair("\u202eproject-live-1", secretText), "ProjectID", "printable ASCII"},
		"an id with a tab":                 {pair(testID+"\t", secretText), "ProjectID", "printable ASCII"},
		"a live id in upper case":          {pair("PROJECT-LIVE-1", liveSecret), "ProjectID", "lower case"},
		"a live id with a capital":         {pair("Project-live-1", liveSecret), "ProjectID", "lower case"},
		"a public token as the id":         {pair("public-token-test-1", secretText), "ProjectID", "public token"},
		"a secret in upper case as the id": {pair(strings.ToUpper(secretText), secretText), "ProjectID", "is a secret, not a project id"},

		"a secret in quotes":                {pair(testID, `"`+secretText+`"`), "Secret", "quotation mark"},
		"a secret in single quotes":         {pair(testID, "'"+secretText+"'"), "Secret", "quotation mark"},
		"a secret that is a pair of quotes": {pair(testID, `''`), "Secret", "quotation mark"},
		"a secret before a byte order mark": {pair(testID, secretText+"\ufeff"), "Secret", "printable ASCII"},
		"a secret with a no-break space":    {pair(testID, "\u00a0"+secretText), "Secret", "printable ASCII"},
		"a secret with a narrow space":      {pair(testID, secretText+"\u202f"), "Secret", "printable ASCII"},
		"a secret with a zero-width joiner": {pair(testID, secretText+"\u200d"), "Secret", "printable ASCII"},
		"a secret with a word joiner":       {pair(testID, "secret-\u2060"+secretText), "Secret", "printable ASCII"},
		"a secret with a carriage return":   {pair(testID, secretText+"\r"), "Secret", "printable ASCII"},
		"a secret with a variant selector":  {pair(testID, secretText+"\ufe0f"), "Secret", "printable ASCII"},
		"a public token as the secret":      {pair(testID, "public-token-test-1"), "Secret", "public token"},
		"a live id with a test secret":      {pair(liveID, secretText), "Secret", "test environment"},
		"a test id with a live secret":      {pair(testID, liveSecret), "Secret", "live environment"},
		"another id with a live secret":     {pair("project-1", liveSecret), "Secret", "live environment"},
		"a live id with a secret in capitals": {
			pair(liveID, strings.ToUpper(secretText)), "Secret", "test environment",
		},

		"an id before a comma":                       {pair(testID+",", secretText), "ProjectID", `ends with ","`},
		"an id before a semicolon":                   {pair(testID+";", secretText), "ProjectID", `ends with ";"`},
		"an id before a line break, by its name":     {pair(testID+"\n", secretText), "ProjectID", `such as "\n"`},
		"an id before a no-break space, by its code": {pair(testID+"\u00a0", secretText), "ProjectID", `such as "\u00a0"`},
		"an id before an escaped line break":         {pair(testID+`\n`, secretText), "ProjectID", "backslash"},
		"an id in escaped quotes":                    {pair(`\"`+testID+`\"`, secretText), "ProjectID", "quotation mark"},
		"an id after an escaped quote":               {pair(`\"`+testID, secretText), "ProjectID", "backslash"},
		"an id before an encoded line break":         {pair(testID+"%0A", secretText), "ProjectID", "percent"},
		"an id as a line of an env file":             {pair("STYTCH_PROJECT_ID="+testID, secretText), "ProjectID", "NAME=value"},
		"a live id as a line":                        {plain(pair("STYTCH_PROJECT_ID="+liveID, liveSecret)), "ProjectID", "NAME=value"},
		"a live id after a hyphen":                   {plain(pair("-"+liveID, "x")), "ProjectID", "other text before project-live-"},
		"a live id after a name":                     {plain(pair("id/"+liveID, "x")), "ProjectID", "other text before project-live-"},
		"a live id in parentheses":                   {plain(pair("("+liveID+")", "x")), "ProjectID", "placeholder"},
		"a live id with underscores":                 {plain(pair("project_live_1", "x")), "ProjectID", "is of the live environment"},
		"a live id with one underscore":              {plain(pair("project_live-1", "x")), "ProjectID", "lower case with hyphens"},
		"a test id with underscores":                 {pair("project_test_1", secretText), "ProjectID", "is of the test environment"},
		"a live id, then a slash in front":           {plain(pair("/PROJECT_LIVE_1", "x")), "ProjectID", "other text before project-live-"},
		"an organization's id":                       {pair("organization-test-11111111-1111", secretText), "ProjectID", "the id of an organization"},
		"a live organization's id":                   {pair("organization-live-1", secretText), "ProjectID", "the id of an organization"},
		"a member's id":                              {pair("member-test-1", secretText), "ProjectID", "the id of a member"},
		"a user's id":                                {pair("user-live-1", secretText), "ProjectID", "the id of a user"},
		"a session's id":                             {pair("session-test-1", secretText), "ProjectID", "the id of a session"},
		"an M2M client's id":                         {pair("m2m-client-test-1", secretText), "ProjectID", "the id of an M2M client"},
		"a connection's id":                          {pair("saml-connection-test-1", secretText), "ProjectID", "the id of a connection"},
		"a workspace's id":                           {pair("workspace-prod-1", secretText), "ProjectID", "workspace"},
		"an organization's id with underscores":      {pair("Organization_test_1", secretText), "ProjectID", "the id of an organization"},

		"a secret before a comma":           {pair(testID, secretText+","), "Secret", `ends with ","`},
		"a secret before a semicolon":       {pair(testID, secretText+";"), "Secret", `ends with ";"`},
		"a secret before a line break":      {pair(testID, secretText+"\r\n"), "Secret", `such as "\r"`},
		"a secret before an escaped break":  {pair(testID, secretText+`\n`), "Secret", "backslash"},
		"a secret with its = encoded":       {pair(testID, secretText+"%3D"), "Secret", "percent"},
		"a secret as a line of an env file": {pair(testID, "STYTCH_SECRET="+secretText), "Secret", "NAME=value"},
		"a secret as a line, in lower case": {pair(testID, "secret="+secretText), "Secret", "NAME=value"},
		"a live secret after other text":    {pair(testID, "Basic:"+liveSecret), "Secret", "other text before secret-live-"},
		"a live secret with underscores":    {pair(testID, "secret_live_cAnArY"), "Secret", "is of the live environment"},
		"a management key as the secret":    {pair(testID, "workspace-key-prod-cAnArY"), "Secret", "workspace"},
		"an M2M client's id as the secret":  {pair(testID, "m2m-client-test-cAnArY"), "Secret", "the id of an M2M client"},
		"a member's id as the secret":       {pair(testID, "member-live-cAnArY"), "Secret", "the id of a member"},
		"the secret as the id too":          {pair(secretText, secretText), "ProjectID", "is a secret, not a project id"},
		"a secret with underscores as the id": {
			pair("secret_test_cAnArY", secretText), "ProjectID", "is a secret, not a project id",
		},
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			t.Parallel()
			refused(t, tt.config, tt.field, tt.reason)
		})
	}
}

// placeholders are what stands in the place of a value.
var placeholders = []string{
	"${STYTCH_SECRET}", "${STYTCH_SECRET:-}", "$STYTCH_SECRET", "$(STYTCH_SECRET)", "%STYTCH_SECRET%", "#{secret}",
	"{{.Secret}}", "{{ .Secret }}", "{{ secrets.STYTCH }}", "{secret}", "<secret>", "<your-secret>", "<no value>", "<nil>",
	"[secret]", "[redacted]", "(secret)", "__SECRET__", "your-secret", "YOUR_SECRET_HERE", "Your-project-id",
	"secret-test-...", "project-live-...", "secret-test-…", "secret-test-${KEY}", "project-test-<id>", "secret-test-{{key}}",
	"op://vault/item/field", "vault://secret/stytch", "@Microsoft.KeyVault(SecretUri=x)",
	"********", "secret-test-****", "project-test-xxxxxxxx-xxxx", "%!s(MISSING)", "null", "None", "undefined", "REDACTED",
}

func TestNewClient_refusesPlaceholders(t *testing.T) {
	t.Parallel()
	for _, text := range placeholders {
		for field, config := range map[string]stytch.Config{
			"ProjectID": {ProjectID: text, Secret: secretText},
			"Secret":    {ProjectID: testID, Secret: text},
		} {
			_, err := stytch.NewClient(config)
			assert.EqualError(t, err, "stytch: NewClient: "+field+" is a placeholder, not a value", text)
		}
	}
}

// Ids and secrets of the API are opaque, those of the emulator free.
func TestNewClient_acceptsCredentials(t *testing.T) {
	t.Parallel()
	for _, id := range []string{
		testID, "project-1", "p", "project-test-", "my-project-test-1", "project-livestock", "project_1", "member-portal",
		"user-service-1", "organization", "acme-live-demo", "project-test-1_2.3~4+5/6=",
	} {
		_, err := stytch.NewClient(stytch.Config{ProjectID: id, Secret: secretText})
		assert.NoError(t, err, id)
	}
	for _, secret := range []string{
		secretText, "s", "p@ss$w0rd!", "secret-test-_-+/aZ09==", "a:b", "-_x", "+/x", "=", "a==", "secret-test-a=b", "#1",
		"my-secret-test-1", "null0", "nonesuch", "x*y", "a[0]", "session-1", "yours",
	} {
		_, err := stytch.NewClient(stytch.Config{ProjectID: testID, Secret: secret})
		assert.NoError(t, err, secret)
	}
}
