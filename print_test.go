package stytch_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/internal/canarytest"
)

func TestClient_print(t *testing.T) {
	t.Parallel()
	config := stytch.Config{ProjectID: testID, Secret: secretText, BaseURL: "https://auth.example"}
	c, err := stytch.NewClient(config)
	require.NoError(t, err)
	for name, v := range map[string]any{
		"Config": config, "*Config": &config, "Client": c, "Services": c.B2B, "Service": c.B2B.Sessions, "Client by value": *c,
	} {
		t.Run("no way to print a "+name+" shows the secret", func(t *testing.T) {
			t.Parallel()
			canarytest.Hidden(t, v, secretText, "cAnArY")
		})
	}
	t.Run("a Config and a Client say which project they are for", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, `stytch.Config(ProjectID: "`+testID+`", Secret: [redacted], BaseURL: https://auth.example)`, fmt.Sprint(config))
		assert.Equal(t, "stytch.Client("+testID+" at https://auth.example)", fmt.Sprint(c))
		assert.Equal(t, "stytch.Client(nil)", fmt.Sprint((*stytch.Client)(nil)))
		for _, v := range []any{config, &config, c} {
			got, err := json.Marshal(v)
			require.NoError(t, err)
			want, err := json.Marshal(fmt.Sprint(v))
			require.NoError(t, err)
			assert.Equal(t, string(want), string(got))
		}
	})
}
