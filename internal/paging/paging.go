// Package paging iterates over lists that the API returns in pages.
//
// The two names that matter are [All], which the SearchAll methods call, and [shared.PageError], the error that ends an
// iteration:
//
//	for member, err := range client.B2B.Organizations.Members.SearchAll(ctx, &members.SearchRequest{}) {
//		if failed, ok := errors.AsType[*shared.PageError](err); ok {
//			return failed // continue at failed.Cursor
//		}
//		log.Print(member.EmailAddress)
//	}
package paging

import (
	"cmp"
	"context"
	"iter"
	"net/http"

	"github.com/seed75add069/stytch-go/internal/transport"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// cycle detects cursors that repeat, by Brent's algorithm: each is compared with a saved one, which is replaced after
// intervals that double. So it saves one cursor, however many there are.
type cycle struct {
	saved           string
	steps, interval int
}

// closes reports whether the next cursor is one of the earlier ones. It notices that late, after up to four times as
// many pages as the list has.
func (c *cycle) closes(cursor string) bool {
	if cursor == c.saved {
		return true
	}
	if c.steps++; c.steps > c.interval {
		c.saved, c.steps, c.interval = cursor, 0, 2*c.interval+1
	}
	return false
}

// All iterates over the elements of all pages of an operation, from the cursor of req on. Each iteration starts again,
// with a copy of req. An error ends it: the last pair is a zero T and a *shared.PageError. The function cursor returns
// a pointer to a request's cursor, items one to the elements of a response, and next the cursor of the next page, which
// is empty on the last one.
//
// It is compiled for each operation, so [follow] does what needs no type parameter, and neither All nor the SearchAll
// methods are inlined, which would compile it again in each package that does so.
//
//go:noinline
func All[Req, Resp, T any](
	ctx context.Context, cfg *shared.FetchConfig, op *transport.Op, req *Req, opts []shared.RequestOption,
	cursor func(*Req) **string, items func(*Resp) *[]T, next func(*Resp) string,
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		own := *cmp.Or(req, new(Req))
		length := 0 // of the last page
		err := follow(op.Name, cursor(&own), func() (cursor string, more bool, err error) {
			resp := new(Resp)
			*items(resp) = make([]T, 0, length) // most pages have one length, and decoding grows a list by doubling
			if _, err := transport.Do(ctx, cfg, op, &own, resp, opts...); err != nil {
				return "", false, err
			}
			length, cursor = len(*items(resp)), next(resp)
			for _, item := range *items(resp) {
				if !yield(item, nil) {
					return "", false, nil
				}
			}
			return cursor, cursor != "", nil
		})
		if err != nil {
			yield(*new(T), err)
		}
	}
}

// follow calls page for the page at position, and then for each next one, until there are no more or page fails. The
// error is a *shared.PageError.
func follow(op string, position **string, page func() (next string, more bool, err error)) error {
	current := *cmp.Or(*position, new(string))
	seen := cycle{saved: current}
	for {
		next, more, err := page()
		switch {
		case err != nil:
			return &shared.PageError{Cursor: current, Err: err}
		case !more:
			return nil
		case next == current, seen.closes(next):
			return &shared.PageError{Cursor: current, Err: &stytcherror.DecodeError{
				Op: op, StatusCode: http.StatusOK,
				Reason: "the server returned the cursor of a page that it had returned before",
			}}
		}
		current, *position = next, &next
	}
}
