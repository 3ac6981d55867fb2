package sweep_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/sessions"
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
)

// field is the value of the field that travels under a name, and whether there is one.
func field(v reflect.Value, name string) (reflect.Value, bool) {
	for i := range v.NumField() {
		if wireName(v.Type().Field(i)) == name {
			return reflect.Indirect(v.Field(i)), true
		}
	}
	return reflect.Value{}, false
}

func isLogin(t reflect.Type) bool {
	if t.Kind() != reflect.Struct || !strings.HasSuffix(t.Name(), "Response") || t.Name() == "AuthenticateJWTResponse" {
		return false
	}
	_, token := field(reflect.New(t).Elem(), "session_token")
	_, jwt := field(reflect.New(t).Elem(), "session_jwt")
	return token && jwt
}

func TestLogin_ofEveryAnswer(t *testing.T) {
	t.Parallel()
	types, seen := dataTypes(t), map[string]int{}
	for _, name := range sortedNames(types) {
		if !isLogin(types[name]) {
			continue
		}
		seen[name[:3]]++
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, _ := filled(types[name])
			switch answer := v.Interface().(type) {
			case interface{ Login() sessions.Login }:
				sameMembers(t, v.Elem(), reflect.ValueOf(answer.Login()))
				assert.Equal(t, sessions.StepDone, answer.Login().Next.Kind)
				empty := reflect.New(types[name]).Interface().(interface{ Login() sessions.Login })
				assert.Equal(t, sessions.StepUnknown, empty.Login().Next.Kind, "no session, and no way to one")
			case interface{ Login() b2csessions.Login }:
				sameMembers(t, v.Elem(), reflect.ValueOf(answer.Login()))
			default:
				t.Errorf("no Login")
			}
		})
	}
	assert.Equal(t, map[string]int{"b2b": 19, "b2c": 18}, seen)
}

// A login is complete only if there is a session and the member is authenticated. Without either, Next is what the
// response requires, or unknown.
func TestLogin_nextWithoutSession(t *testing.T) {
	t.Parallel()
	types, seen := dataTypes(t), 0
	for _, name := range sortedNames(types) {
		next := func(v reflect.Value) sessions.StepKind {
			return v.Interface().(interface{ Next() sessions.Step }).Next().Kind
		}
		v, _ := filled(types[name])
		if _, ok := reflect.TypeAssert[interface{ Login() sessions.Login }](v); !ok {
			continue
		}
		seen++
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, sessions.StepDone, next(v))
			clearField(v, "member_session")
			for _, requirement := range []struct {
				name string
				kind sessions.StepKind
			}{{"primary_required", sessions.StepPrimary}, {"mfa_required", sessions.StepMFA}} {
				if _, ok := field(v.Elem(), requirement.name); ok {
					assert.Equal(t, requirement.kind, next(v), "authenticated, without a session")
				}
				clearField(v, requirement.name)
			}
			assert.Equal(t, sessions.StepUnknown, next(v), "authenticated, without a session or a requirement")

			other, _ := filled(types[name])
			if clearField(other, "member_authenticated") {
				assert.NotEqual(t, sessions.StepDone, next(other), "a session of a member who is not authenticated")
			}
		})
	}
	assert.Equal(t, 19, seen)
}

// clearField sets the field that travels under a name to its zero value, and reports whether there is one.
func clearField(v reflect.Value, name string) bool {
	for i := range v.Elem().NumField() {
		if wireName(v.Elem().Type().Field(i)) == name {
			v.Elem().Field(i).SetZero()
			return true
		}
	}
	return false
}

// sameMembers checks that a login has of the response what both have.
func sameMembers(t *testing.T, answer, login reflect.Value) {
	t.Helper()
	for i := range login.NumField() {
		name := wireName(login.Type().Field(i))
		got := reflect.Indirect(login.Field(i))
		want, ok := field(answer, name)
		if user, isUsers := field(answer, "user_session"); name == "session" && isUsers {
			want, ok = user, true
		}
		switch {
		case ok:
			require.True(t, got.IsValid(), name)
			assert.Equal(t, want.Interface(), got.Interface(), name)
		case name == "member_id" || name == "user_id":
			assert.NotEmpty(t, got.Interface(), name)
		case name != "next":
			assert.True(t, !got.IsValid() || got.IsZero(), name)
		}
	}
}
