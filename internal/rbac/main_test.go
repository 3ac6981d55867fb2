package rbac_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/seed75add069/stytch-go/internal/rbac"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func role(id string, permissions ...rbac.Permission) rbac.Role {
	return rbac.Role{ID: id, Permissions: permissions}
}

func scope(name string, permissions ...rbac.Permission) rbac.Scope {
	return rbac.Scope{Name: name, Permissions: permissions}
}

func on(resource string, actions ...string) rbac.Permission {
	return rbac.Permission{Resource: resource, Actions: actions}
}

func list(items ...string) []string { return items }
