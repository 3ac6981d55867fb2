package refresh

// Backoff is the pause after so many failures.
var Backoff = backoff
