package engine

import (
	"cmp"
	"encoding/base64"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/shared"
)

// Bounds of a page, in rows.
const (
	defaultLimit = 100
	maxLimit     = 1000
)

// maxOperands bounds the conditions of a search: each is checked for every row. Unverified: the API's bound.
const maxOperands = 20

// minFuzzy is the shortest value of a fuzzy filter, in characters.
const minFuzzy = 3

// Query is a search.
type Query struct {
	Cursor   *string
	Limit    *int
	Operator shared.SearchOperator
	Operands []Operand
}

// Operand is one condition of a search. The value is decoded JSON.
type Operand struct {
	FilterName  string
	FilterValue any
}

// Search is what can be searched for among rows.
type Search[R any] struct {
	// Filters are the conditions, by filter_name.
	Filters map[string]Filter[R]
	Errors  SearchErrors
}

// SearchErrors are the errors of a search. Those for values that no filter takes may be nil.
type SearchErrors struct {
	NotRecognized, NoName, NoValue, ExpectedStrings, ExpectedString, ExpectedBoolean *ops.Error
}

// Filter is a condition on rows. One of its functions is set: it decides what values the filter takes.
type Filter[R any] struct {
	// Strings is for a list of which a text of the row must be one, whatever its case if IgnoreCase is set. Fuzzy is
	// for a part of a text, whatever its case. See [Text] and [Texts].
	Strings, Fuzzy func(is func(text string) bool) func(row *R) bool
	IgnoreCase     bool
	// Lookup is Strings, and LookupPart Fuzzy, for values that are looked up once, before the rows are seen. The part
	// is in lower case.
	Lookup     func(values []string) func(row *R) bool
	LookupPart func(part string) func(row *R) bool
	// String is for a text.
	String func(row *R, value string) bool
	// Boolean is for true and false.
	Boolean func(row *R, value bool) bool
	// TooShort is the error for a value of Fuzzy that has fewer than three characters.
	TooShort *ops.Error
	// Missing is the error for no value and for an empty list, if the filter has one of its own.
	Missing *ops.Error
}

// Text is a Strings or Fuzzy of [Filter] for a text of the row. An empty text matches nothing.
func Text[R any](text func(row *R) string) func(is func(string) bool) func(*R) bool {
	return func(is func(string) bool) func(*R) bool {
		return func(row *R) bool {
			t := text(row)
			return t != "" && is(t)
		}
	}
}

// Texts is a Strings or Fuzzy of [Filter] for several texts of the row, of which one must match. An empty one does not.
func Texts[R any](texts func(row *R) []string) func(is func(string) bool) func(*R) bool {
	return func(is func(string) bool) func(*R) bool {
		matches := func(t string) bool { return t != "" && is(t) }
		return func(row *R) bool { return slices.ContainsFunc(texts(row), matches) }
	}
}

// Page returns the rows that a query finds, from its cursor on, up to its limit.
//
// A cursor is good for as long as the state is: the next page begins after the row that the last one ended with, be
// that deleted or not, and has rows that were added meanwhile.
func (s *Search[R]) Page(rows iter.Seq2[uint64, *R], q Query) ([]*R, shared.ResultsMetadata, error) {
	limit, after, err := q.bounds()
	if err != nil {
		return nil, shared.ResultsMetadata{}, err
	}
	matches, err := s.compile(q)
	if err != nil {
		return nil, shared.ResultsMetadata{}, err
	}
	var page []*R
	var last uint64
	total, more := 0, false
	for number, row := range rows {
		if !matches(row) {
			continue
		}
		total++
		switch {
		case number <= after:
		case len(page) == limit:
			more = true
		default:
			page, last = append(page, row), number
		}
	}
	meta := shared.ResultsMetadata{Total: total}
	if more {
		meta.NextCursor = base64.RawURLEncoding.EncodeToString(strconv.AppendUint(nil, last, 10))
	}
	return page, meta, nil
}

// bounds are the size of a page, and the number of the row that it begins after.
func (q *Query) bounds() (limit int, after uint64, err error) {
	limit = defaultLimit
	if q.Limit != nil && *q.Limit != 0 {
		limit = *q.Limit
	}
	if limit < 1 || limit > maxLimit {
		return 0, 0, ops.ErrBadRequest.Because("limit must be between 1 and %d.", maxLimit)
	}
	if q.Cursor == nil || *q.Cursor == "" {
		return limit, 0, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(*q.Cursor)
	if err == nil {
		after, err = strconv.ParseUint(string(text), 10, 64)
	}
	if err != nil {
		return 0, 0, ops.ErrBadRequest.Because("The cursor is not one of a response.")
	}
	return limit, after, nil
}

// compile makes one condition of a query.
func (s *Search[R]) compile(q Query) (func(*R) bool, error) {
	if len(q.Operands) > maxOperands {
		return nil, ops.ErrBadRequest.Because("The query has more than %d operands.", maxOperands)
	}
	var conditions []func(*R) bool
	for _, o := range q.Operands {
		condition, err := s.condition(o)
		if err != nil {
			return nil, err
		}
		conditions = append(conditions, condition)
	}
	if q.Operator == "" && len(q.Operands) > 0 {
		return nil, ops.ErrBadRequest.Because("The query has no operator.")
	}
	switch q.Operator {
	case "", shared.SearchOperatorAnd:
		return func(row *R) bool {
			return !slices.ContainsFunc(conditions, func(is func(*R) bool) bool { return !is(row) })
		}, nil
	case shared.SearchOperatorOr:
		return func(row *R) bool {
			holds := func(is func(*R) bool) bool { return is(row) }
			return len(conditions) == 0 || slices.ContainsFunc(conditions, holds)
		}, nil
	default:
		return nil, ops.ErrBadRequest.Because("operator must be AND or OR.")
	}
}

// condition makes a condition of an operand.
func (s *Search[R]) condition(o Operand) (func(*R) bool, error) {
	f, known := s.Filters[o.FilterName]
	switch {
	case o.FilterName == "":
		return nil, s.Errors.NoName
	case !known:
		return nil, s.Errors.NotRecognized.Because("There is no filter %s.", shorten(o.FilterName))
	case o.FilterValue == nil:
		return nil, cmp.Or(f.Missing, s.Errors.NoValue).Because("The filter %s has no value.", o.FilterName)
	}
	switch {
	case f.Strings != nil || f.Lookup != nil:
		values, ok := stringList(o.FilterValue)
		switch {
		case len(values) == 0 && ok && f.Missing != nil:
			return nil, f.Missing.Because("The filter %s has an empty list.", o.FilterName)
		case !ok:
			return nil, s.Errors.ExpectedStrings.Because("The filter %s takes a list of strings.", o.FilterName)
		case f.Lookup != nil:
			return f.Lookup(state.Distinct(values)), nil
		}
		return f.Strings(contains(values, f.IgnoreCase)), nil
	case f.Boolean != nil:
		value, ok := o.FilterValue.(bool)
		if !ok {
			return nil, s.Errors.ExpectedBoolean.Because("The filter %s takes true or false.", o.FilterName)
		}
		return func(row *R) bool { return f.Boolean(row, value) }, nil
	}
	value, ok := o.FilterValue.(string)
	if !ok {
		return nil, s.Errors.ExpectedString.Because("The filter %s takes a string.", o.FilterName)
	}
	if f.String != nil {
		return func(row *R) bool { return f.String(row, value) }, nil
	}
	if utf8.RuneCountInString(value) < minFuzzy {
		return nil, f.TooShort.Because(
			"The filter %s takes a string of at least %d characters.", o.FilterName, minFuzzy)
	}
	value = strings.ToLower(value)
	if f.LookupPart != nil {
		return f.LookupPart(value), nil
	}
	return f.Fuzzy(func(text string) bool { return strings.Contains(strings.ToLower(text), value) }), nil
}

func stringList(value any) ([]string, bool) {
	list, ok := value.([]any)
	if !ok {
		return nil, false
	}
	values := make([]string, len(list))
	for i, v := range list {
		if values[i], ok = v.(string); !ok {
			return nil, false
		}
	}
	return values, true
}

// contains makes a function that tells whether a text is one of the values.
func contains(values []string, ignoreCase bool) func(text string) bool {
	same := func(text string) string { return text }
	if ignoreCase {
		same = state.Lower
	}
	set := make(map[string]bool, len(values))
	for _, v := range values {
		set[same(v)] = true
	}
	return func(text string) bool { return set[same(text)] }
}
