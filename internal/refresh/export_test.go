package refresh

// Backoff exports backoff.
var Backoff = backoff
