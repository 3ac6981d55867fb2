package scim

import (
	"cmp"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

const (
	listSchema   = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	searchSchema = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
)

// Sizes of a page.
const (
	defaultCount = 100
	maxCount     = 1000
	maxRelated   = 50_000 // members of groups, or groups of users
)

// maxInteger bounds the integers that JSON numbers have exactly (RFC 8259, section 6).
const maxInteger = 1<<53 - 1

// query asks for a page of resources (RFC 7644, section 3.4.2).
type query struct {
	filter            node
	sortBy            target
	descending        bool
	startIndex, count int
	projection        projection
	work              work
}

// parameters are those that a query takes once, but for the lists of attributes.
var parameters = []string{"startIndex", "count", "filter", "sortBy", "sortOrder"}

// urlQuery makes a query of the parameters of a URL.
func urlQuery(t *resourceType, raw string) (*query, error) {
	values, err := parseURLQuery(raw)
	if err != nil {
		return nil, err
	}
	q := &query{startIndex: 1, count: defaultCount}
	for _, name := range parameters {
		if len(values[name]) > 1 {
			return nil, bad(invalidValue, "The parameter %s occurs twice.", name)
		}
	}
	for _, number := range q.numbers() {
		if text := values.Get(number.name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil {
				return nil, bad(invalidValue, "%s is not an integer.", number.name)
			}
			*number.value = n
		}
	}
	q.projection = newProjection(t, splitList(values["attributes"]), splitList(values["excludedAttributes"]))
	return q, q.set(t, values.Get("filter"), values.Get("sortBy"), values.Get("sortOrder"))
}

// parseURLQuery refuses what [url.URL.Query] would leave out: a filter, say, without which all resources are found.
func parseURLQuery(raw string) (url.Values, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, bad(invalidSyntax, "The query of the URL is malformed.")
	}
	return values, nil
}

type number struct {
	name  string
	value *int
}

func (q *query) numbers() []number {
	return []number{{"startIndex", &q.startIndex}, {"count", &q.count}}
}

// bodyQuery makes a query of the body of a search (RFC 7644, section 3.4.3).
func bodyQuery(t *resourceType, data []byte) (*query, error) {
	known := slices.Concat(parameters, []string{"attributes", "excludedAttributes"})
	body, err := parseMessage(data, searchSchema, known...)
	if err != nil {
		return nil, err
	}
	q := &query{startIndex: 1, count: defaultCount}
	for _, number := range q.numbers() {
		if value := body[number.name]; value != nil {
			n, ok := value.(float64)
			if !ok || n != math.Trunc(n) || math.Abs(n) > maxInteger {
				return nil, bad(invalidValue, "%s is not an integer.", number.name)
			}
			*number.value = int(min(max(n, 0), math.MaxInt32))
		}
	}
	for _, name := range []string{"filter", "sortBy", "sortOrder"} {
		if _, ok := body[name].(string); !ok && body[name] != nil {
			return nil, bad(invalidValue, "%s is not a string.", name)
		}
	}
	attributes, err := texts(body, "attributes")
	if err != nil {
		return nil, err
	}
	excluded, err := texts(body, "excludedAttributes")
	if err != nil {
		return nil, err
	}
	q.projection = newProjection(t, attributes, excluded)
	return q, q.set(t, asText(body["filter"]), asText(body["sortBy"]), asText(body["sortOrder"]))
}

// texts are the strings of a list in a body.
func texts(body object, name string) ([]string, error) {
	list, ok := body[name].([]any)
	if !ok && body[name] != nil {
		return nil, bad(invalidValue, "%s is not a list.", name)
	}
	out := make([]string, len(list))
	for i, v := range list {
		if out[i], ok = v.(string); !ok {
			return nil, bad(invalidValue, "%s is not a list of strings.", name)
		}
	}
	return out, nil
}

func (q *query) set(t *resourceType, filter, sortBy, sortOrder string) (err error) {
	q.startIndex, q.count = max(q.startIndex, 1), min(max(q.count, 0), maxCount)
	if filter != "" {
		if q.filter, err = parseFilter(t, filter); err != nil {
			return err
		}
	}
	if sortBy != "" {
		to, err := parsePath(t, sortBy)
		if err != nil || to.attr == nil || to.last().comparable() == nil {
			return bad(invalidPath, "Resources cannot be sorted by %.128q.", sortBy)
		}
		if a := to.last().comparable(); a != to.last() {
			to.sub = a
		}
		q.sortBy = to
	}
	switch strings.ToLower(sortOrder) {
	case "", "ascending":
	case "descending":
		q.descending = true
	default:
		return bad(invalidValue, "sortOrder is neither ascending nor descending.")
	}
	return nil
}

// named returns the user name that the query asks for, where it asks for nothing else.
func (q *query) named() (name string, only bool) {
	c, ok := q.filter.(comparison)
	if !ok || c.op != "eq" || c.to.attr.name != "userName" {
		return "", false
	}
	name, only = c.value.(string)
	return name, only
}

// looksAt reports whether filter or order look at an attribute, of a complex one at a sub-attribute if that has a name.
func (q *query) looksAt(a *attribute, sub string) bool {
	is := func(to target) bool { return to.attr == a && (sub == "" || to.sub != nil && to.sub.name == sub) }
	return is(q.sortBy) || mentions(q.filter, is)
}

// mentions reports whether a filter looks at a target.
func mentions(n node, is func(target) bool) bool {
	switch n := n.(type) {
	case and:
		return mentions(n.left, is) || mentions(n.right, is)
	case or:
		return mentions(n.left, is) || mentions(n.right, is)
	case not:
		return mentions(n.of, is)
	case has:
		return is(n.to)
	case comparison:
		return is(n.to)
	}
	return false
}

// searched are the parts of resources that filter and order look at.
func (q *query) searched(t *resourceType) parts {
	return parts{related: q.looksAt(t.related, ""), version: q.looksAt(meta, "version")}
}

// shown are the parts of resources that the response has.
func (q *query) shown(t *resourceType) parts {
	return parts{related: q.projection.has(t.related), version: q.projection.has(meta)}
}

// needsRelated returns whether the source at a place needs the related resources: for the filter or the order, for the
// response or for the version.
func (q *query) needsRelated(t *resourceType) func(place int) bool {
	searched, shown := q.searched(t), q.shown(t)
	isSearched, isShown := searched.related || searched.version, shown.related || shown.version
	isAsStored := q.filter == nil && q.sortBy.attr == nil
	from := q.startIndex - 1
	return func(place int) bool {
		isOnPage := q.count > 0 && (!isAsStored || place >= from && place-from < q.count)
		return isSearched || isShown && isOnPage
	}
}

// page answers with those of the resources that the query asks for, which it looks for outside of the transaction.
func (r *request) page(t *resourceType, q *query, sources []source) (*engine.Reply, error) {
	out := &engine.Reply{}
	r.Later(func() error {
		page, err := q.page(t, sources)
		if err == nil {
			*out = *page
		}
		return err
	})
	return out, nil
}

// page makes the resources of a page. It is shorter than asked for where they would have too many related ones (RFC
// 7644, section 3.4.2.4, on count).
func (q *query) page(t *resourceType, sources []source) (*engine.Reply, error) {
	found, err := q.find(t, sources)
	if err != nil {
		return nil, err
	}
	from := min(q.startIndex-1, len(found))
	shown, related, resourceList := q.shown(t), 0, []any{}
	for _, s := range found[from:min(from+q.count, len(found))] {
		if related += s.size(); shown.related && related > maxRelated && len(resourceList) > 0 {
			break
		}
		resourceList = append(resourceList, q.projection.of(t, t.make(s, shown)))
	}
	return reply(http.StatusOK, object{
		"schemas": []any{listSchema}, "totalResults": len(found), "startIndex": q.startIndex,
		"itemsPerPage": len(resourceList), "Resources": resourceList,
	})
}

// result is a resource that was found. Those without the attribute that they are sorted by have no key.
type result struct {
	source
	key    string
	hasKey bool
}

// find returns what the filter finds, in order.
func (q *query) find(t *resourceType, sources []source) ([]result, error) {
	found, searched := make([]result, 0, len(sources)), q.searched(t)
	for _, s := range sources {
		one := result{source: s}
		if q.filter != nil || q.sortBy.attr != nil {
			doc := t.make(s, searched)
			if searched.related || searched.version {
				q.work.add(costOfRelated * s.size())
			}
			holds := q.filter == nil || q.filter.holds(doc, &q.work)
			one.key, one.hasKey = q.sortKey(doc)
			if err := q.work.check(); err != nil {
				return nil, err
			}
			if !holds {
				continue
			}
		}
		found = append(found, one)
	}
	if q.sortBy.attr != nil {
		q.sort(found)
	}
	return found, nil
}

// sort sorts resources, stably. Those without a key are last, or first in descending order.
func (q *query) sort(found []result) {
	slices.SortStableFunc(found, func(a, b result) int {
		order := cmp.Compare(a.key, b.key)
		if a.hasKey != b.hasKey {
			order = 1
			if a.hasKey {
				order = -1
			}
		}
		if q.descending {
			return -order
		}
		return order
	})
}

// sortKey is the value that a resource is sorted by: of a list, that of the primary element, else of the first.
func (q *query) sortKey(doc object) (key string, found bool) {
	if q.sortBy.attr == nil {
		return "", false
	}
	var v any
	q.sortBy.each(doc, &q.work, func(element any) bool {
		if v == nil || isPrimary(element) {
			v = element
		}
		return !isPrimary(element)
	})
	if q.sortBy.sub != nil {
		element, _ := v.(object)
		v = element[q.sortBy.sub.name]
	}
	switch v := v.(type) {
	case string:
		if q.sortBy.last().caseExact {
			return v, true
		}
		return state.Lower(v), true
	case bool:
		return strconv.FormatBool(v), true
	default:
		return "", false
	}
}
