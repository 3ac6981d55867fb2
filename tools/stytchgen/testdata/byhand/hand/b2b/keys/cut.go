package keys

import "context"

// CutRequest is what [Service.Cut] sends.
type CutRequest struct{ DoorID, Blank string }

// Cut cuts a key.
func (s *Service) Cut(ctx context.Context, req *CutRequest) (*Key, error) {
	return &Key{DoorID: s.cfg.ProjectID + req.DoorID}, ctx.Err()
}
