package state

import "time"

// Bounds of a project's clock. A key's certificate is valid for ten years more, and no time in JSON may be after the
// year 9999.
var (
	MinTime = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	MaxTime = time.Date(9900, 1, 1, 0, 0, 0, 0, time.UTC)
)
