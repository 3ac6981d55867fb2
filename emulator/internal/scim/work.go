package scim

// maxWork bounds the work of one request. It is a fraction of a second.
const maxWork = 4_000_000

// What takes longer than a comparison: to tell a value that consists of parts from others, by part, and to make a
// member of a group.
const (
	costOfPart    = 2
	costOfRelated = 4
)

// work counts what a request makes the server look at: values, and texts by their length. Many comparisons of long
// lists would take long otherwise.
type work int

func (w *work) add(n int) { *w += work(n) }

func (w *work) text(s string) { w.add(len(s) / 16) }

// isTooMuch reports whether the request is to be refused.
func (w *work) isTooMuch() bool { return *w > maxWork }

// check refuses a request that is too much work (RFC 7644, section 3.12, on tooMany).
func (w *work) check() error {
	if w.isTooMuch() {
		return bad(tooMany, "The request compares more values than the server does for one request.")
	}
	return nil
}
