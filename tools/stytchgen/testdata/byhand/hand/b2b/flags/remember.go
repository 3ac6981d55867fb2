package flags

import "sync/atomic"

var calls atomic.Int64

// remember is called after each Set, even one with a nil request.
func (s *Service) remember(req *SetRequest) {
	if s == nil {
		panic("no service")
	}
	if req == nil || req.Value == nil {
		return
	}
	calls.Add(1)
}
