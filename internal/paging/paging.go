// Package paging walks lists that come in pages.
package paging

import (
	"context"
	"errors"
	"iter"

	"github.com/seed75add069/stytch-go/shared"
)

// errLoop ends a walk whose server leads back to where it was.
var errLoop = errors.New("the next page's cursor led here before")

// loop finds out when cursors come round again, by comparing each with one that moves ahead in ever longer steps
// (Brent's algorithm): whatever the length of the circle, it takes no more memory than two cursors.
type loop struct {
	mark        string
	steps, leap int
}

func (l *loop) closes(cursor string) bool {
	if cursor == l.mark {
		return true
	}
	if l.steps++; l.steps > l.leap {
		l.mark, l.steps, l.leap = cursor, 0, 2*l.leap+1
	}
	return false
}

// All yields the elements of every page. cursor points at the request's cursor, page returns an answer's elements and
// the next cursor, which is empty on the last page.
func All[Req, Resp, T any](
	ctx context.Context, req *Req, opts []shared.RequestOption,
	call func(context.Context, *Req, ...shared.RequestOption) (*Resp, error),
	cursor func(*Req) **string, page func(*Resp) ([]T, string),
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var own Req
		if req != nil {
			own = *req
		}
		at := cursor(&own)
		var round loop
		if *at != nil {
			round.mark = **at
		}
		for {
			resp, err := call(ctx, &own, opts...)
			if err != nil {
				yield(*new(T), newError(*at, err))
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
			case *at != nil && **at == next, round.closes(next):
				yield(*new(T), newError(*at, errLoop))
				return
			}
			*at = &next
		}
	}
}

func newError(at *string, err error) error {
	var cursor string
	if at != nil {
		cursor = *at
	}
	return &shared.PageError{Cursor: cursor, Err: err}
}
