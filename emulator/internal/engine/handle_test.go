package engine_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// only are projects of which there is one.
func only(p *engine.Project) *engine.Projects {
	return &engine.Projects{
		ByID: func(id string) *engine.Project {
			if id != p.ID {
				return nil
			}
			return p
		},
		All: func() []*engine.Project { return []*engine.Project{p} },
	}
}

func TestHandle_handlerThatDoesNotAskWhatACallerMayIsADefect(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	p := engine.NewProject(state.Config{ProjectID: "project-test-1", Log: log}, "secret-test-1", time.Now)
	for _, asks := range []bool{true, false} {
		server := engine.NewServer([]engine.Route{engine.Handle(ops.B2BOrganizationsDelete,
			func(tx *engine.Tx, req *organizations.DeleteRequest) (*organizations.DeleteResponse, error) {
				tx.Roles.Put(&state.Role{RoleID: "changed"})
				if asks {
					return &organizations.DeleteResponse{}, tx.Permit(req.OrganizationID, nil)
				}
				return &organizations.DeleteResponse{}, nil
			})}, only(p), log)
		r := httptest.NewRequestWithContext(t.Context(), "DELETE", "/v1/b2b/organizations/acme", http.NoBody)
		r.SetBasicAuth("project-test-1", "secret-test-1")
		w := httptest.NewRecorder()
		server.ServeHTTP(w, r)
		assert.Equal(t, map[bool]int{true: 200, false: 500}[asks], w.Code)
	}
}
