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

// All iterates over the elements of all pages of the operation op, from the cursor of req on. Each iteration starts
// again, with a copy of req. An error ends it: the last pair is a zero T and a *shared.PageError. The function cursor
// returns a pointer to a request's cursor, page the elements of a response and the next cursor, which is empty on the
// last page.
func All[Req, Resp, T any](
	ctx context.Context, op string, req *Req, opts []shared.RequestOption,
	call func(context.Context, *Req, ...shared.RequestOption) (*Resp, error),
	cursor func(*Req) **string, page func(*Resp) ([]T, string),
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		own := *cmp.Or(req, new(Req))
		position := cursor(&own)
		current := *cmp.Or(*position, new(string))
		seen := cycle{saved: current}
		for {
			resp, err := call(ctx, &own, opts...)
			if err != nil {
				yield(*new(T), &shared.PageError{Cursor: current, Err: err})
				return
			}
			items, next := page(resp)
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			switch {
			case next == "":
				return
			case next == current, seen.closes(next):
				yield(*new(T), &shared.PageError{Cursor: current, Err: &stytcherror.DecodeError{
					Op: op, StatusCode: http.StatusOK,
					Reason: "the server returned the cursor of a page that it had returned before",
				}})
				return
			}
			current, *position = next, &next
		}
	}
}
