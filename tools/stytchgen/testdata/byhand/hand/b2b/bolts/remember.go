package bolts

import "sync/atomic"

var calls atomic.Int64

// remember is called after each move, without a request too.
func (s *Service) remember(req *MoveRequest) {
	if s == nil {
		panic("no service")
	}
	if req == nil || req.Open == nil {
		return
	}
	calls.Add(1)
}
