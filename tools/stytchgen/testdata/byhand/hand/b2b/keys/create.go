package keys

import "context"

// CreateRequest is what [Service.Create] sends.
type CreateRequest struct{ OwnerID, Scope string }

// Create creates a key.
func (s *Service) Create(ctx context.Context, req *CreateRequest) (*Key, error) {
	return &Key{OwnerID: s.cfg.ProjectID + req.OwnerID}, ctx.Err()
}
