package scim

import (
	"strings"

	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// object is a JSON object: a resource, or a complex value in it. Its members have the names of attributes in the
// spelling of their schema, and values of their types; what is unassigned is absent.
type object = map[string]any

// The types of attributes (RFC 7643, section 2.3).
const (
	kindString    = "string"
	kindBoolean   = "boolean"
	kindDateTime  = "dateTime"
	kindBinary    = "binary"
	kindReference = "reference"
	kindComplex   = "complex"
)

// external is the type of references to what is no resource.
const external = "external"

// attribute is an attribute of a schema, with its characteristics (RFC 7643, section 7).
type attribute struct {
	name, kind, description                              string
	multi, required, caseExact, readOnly, unique, always bool
	// types are the kinds of resources that a reference is to.
	types []string
	subs  []*attribute
}

// maxValues bounds the values of an attribute.
func (a *attribute) maxValues() int {
	if a == groupMembers {
		return maxMembers
	}
	return state.MaxEntries
}

// checkCount refuses more values than an attribute may have.
func (a *attribute) checkCount(values []any) error {
	if n := a.maxValues(); len(values) > n {
		return bad(invalidValue, "%s has more than %d values.", a.name, n)
	}
	return nil
}

// resourceType is a kind of resource with its schema and, at most, one extension.
type resourceType struct {
	name, endpoint, schema, description string
	attributes                          []*attribute
	extension, extensionName            string
	extensionAttributes                 []*attribute
	// related is the attribute whose values are other resources: those below an endpoint, in the role of a kind.
	related                      *attribute
	relatedEndpoint, relatedKind string
}

const (
	userSchema       = "urn:ietf:params:scim:schemas:core:2.0:User"
	groupSchema      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	enterpriseSchema = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
)

func textOf(name, description string) *attribute {
	return &attribute{name: name, kind: kindString, description: description}
}

func complexOf(name, description string, subs ...*attribute) *attribute {
	return &attribute{name: name, kind: kindComplex, description: description, subs: subs}
}

// typed is a list of values with a label.
func typed(name, description string, value *attribute) *attribute {
	value.name, value.description = "value", "The value."
	return listOf(name, description, value,
		textOf("type", "The purpose of the value, such as work or home."),
		&attribute{name: "primary", kind: kindBoolean, description: "Whether this is the preferred value."})
}

func listOf(name, description string, subs ...*attribute) *attribute {
	list := complexOf(name, description, subs...)
	list.multi = true
	return list
}

// commonAttributes are those of every resource (RFC 7643, section 3.1).
var commonAttributes = []*attribute{
	{
		name: "schemas", kind: kindReference, multi: true, readOnly: true, caseExact: true, always: true,
		types: []string{"uri"},
	},
	{name: "id", kind: kindString, readOnly: true, caseExact: true, unique: true, always: true},
	{name: "externalId", kind: kindString, caseExact: true},
	meta,
}

var meta = &attribute{name: "meta", kind: kindComplex, readOnly: true, subs: []*attribute{
	{name: "resourceType", kind: kindString, readOnly: true, caseExact: true},
	{name: "created", kind: kindDateTime, readOnly: true},
	{name: "lastModified", kind: kindDateTime, readOnly: true},
	{name: "location", kind: kindReference, readOnly: true, caseExact: true, types: []string{"uri"}},
	{name: "version", kind: kindString, readOnly: true, caseExact: true},
}}

var userType = &resourceType{
	name: "User", endpoint: "/Users", schema: userSchema, description: "A person.",
	extension: enterpriseSchema, extensionName: "EnterpriseUser",
	related: userGroups, relatedEndpoint: "/Groups", relatedKind: "direct",
	attributes: []*attribute{
		{
			name: "userName", kind: kindString, required: true, unique: true,
			description: "The name that the person logs in with at the identity provider.",
		},
		{name: "active", kind: kindBoolean, description: "Whether the person is a member who is not deleted."},
		complexOf("name", "The person's name, in parts.",
			textOf("formatted", "The whole name."), textOf("familyName", "The family name."),
			textOf("givenName", "The given name."), textOf("middleName", "The names between the two."),
			textOf("honorificPrefix", "A title before the name."),
			textOf("honorificSuffix", "A suffix after the name.")),
		textOf("displayName", "The name to show."), textOf("nickName", "The nickname."),
		{
			name: "profileUrl", kind: kindReference, caseExact: true, types: []string{external},
			description: "The profile page.",
		},
		textOf("title", "The job title."), textOf("userType", "The relation to the company."),
		textOf("preferredLanguage", "The preferred languages."), textOf("locale", "The language tag for formats."),
		textOf("timezone", "The time zone."),
		typed("emails", "E-mail addresses. The primary one is the member's, else one for work, else the first.",
			&attribute{kind: kindString}),
		typed("phoneNumbers", "Phone numbers.", &attribute{kind: kindString}),
		typed("ims", "Addresses of instant messengers.", &attribute{kind: kindString}),
		typed("photos", "Pictures.", &attribute{kind: kindReference, caseExact: true, types: []string{external}}),
		listOf("addresses", "Postal addresses.",
			textOf("formatted", "The whole address."), textOf("streetAddress", "The street."),
			textOf("locality", "The city."), textOf("region", "The region."), textOf("postalCode", "The postal code."),
			textOf("country", "The country."), textOf("type", "The purpose of the address."),
			&attribute{name: "primary", kind: kindBoolean, description: "Whether this is the preferred address."}),
		userGroups,
		typed("entitlements", "What the person is entitled to.", &attribute{kind: kindString}),
		typed("roles", "Roles at the identity provider.", &attribute{kind: kindString}),
		typed("x509Certificates", "Certificates.", &attribute{kind: kindBinary, caseExact: true}),
	},
	extensionAttributes: []*attribute{
		textOf("employeeNumber", "The company's number for the person."), textOf("costCenter", "The cost center."),
		textOf("organization", "The company."), textOf("division", "The division."),
		textOf("department", "The department."),
		complexOf("manager", "The person's manager.",
			&attribute{name: "value", kind: kindString, caseExact: true, description: "The manager's id."},
			&attribute{
				name: "$ref", kind: kindReference, caseExact: true, types: []string{"User"},
				description: "The manager's URI.",
			},
			textOf("displayName", "The manager's name.")),
	},
}

var userGroups = &attribute{
	name: "groups", kind: kindComplex, multi: true, readOnly: true, description: "The groups that the person is in.",
	subs: []*attribute{
		{name: "value", kind: kindString, readOnly: true, caseExact: true, description: "The group's id."},
		{
			name: "$ref", kind: kindReference, readOnly: true, caseExact: true, types: []string{"Group"},
			description: "The group's URI.",
		},
		{name: "display", kind: kindString, readOnly: true, description: "The group's name."},
		{name: "type", kind: kindString, readOnly: true, description: "Always direct."},
	},
}

var groupType = &resourceType{
	name: "Group", endpoint: "/Groups", schema: groupSchema, description: "A group of people.",
	related: groupMembers, relatedEndpoint: "/Users", relatedKind: "User",
	attributes: []*attribute{
		{name: "displayName", kind: kindString, required: true, description: "The group's name."},
		groupMembers,
	},
}

var groupMembers = listOf("members", "The people in the group.",
	&attribute{name: "value", kind: kindString, caseExact: true, description: "The person's id."},
	&attribute{
		name: "$ref", kind: kindReference, caseExact: true, types: []string{"User"},
		description: "The person's URI.",
	},
	textOf("display", "The person's name."), textOf("type", "Always User."))

// named finds an attribute by its name, whatever the case (RFC 7643, section 2.1). It returns nil if there is none.
func named(attributes []*attribute, name string) *attribute {
	for _, a := range attributes {
		if isName(a.name, name) {
			return a
		}
	}
	return nil
}

// isName reports whether two names are the same, whatever the case. One of them is of ASCII, so that the other one is
// where the lengths are the same.
func isName(a, b string) bool { return len(a) == len(b) && strings.EqualFold(a, b) }

// comparable is the attribute whose values a filter compares: of a complex one, the sub-attribute "value". It returns
// nil if there is none.
func (a *attribute) comparable() *attribute {
	if a.kind != kindComplex {
		return a
	}
	return named(a.subs, "value")
}

// target is what a path names: an attribute or a sub-attribute, of the extension if that has a name, and of its values
// those for which a filter holds. Without an attribute it is the extension.
type target struct {
	extension string
	attr, sub *attribute
	filter    node
}

// resolve finds what a path without a filter names (RFC 7644, section 3.10).
func (t *resourceType) resolve(path string) (target, bool) {
	lower, extension := state.Lower(path), state.Lower(t.extension)
	attributes, to := t.attributes, target{}
	switch {
	case extension != "" && lower == extension:
		return target{extension: t.extension}, true
	case extension != "" && strings.HasPrefix(lower, extension+":"):
		path, attributes, to.extension = path[len(extension)+1:], t.extensionAttributes, t.extension
	case strings.HasPrefix(lower, state.Lower(t.schema)+":"):
		path = path[len(t.schema)+1:]
	}
	name, sub, hasSub := strings.Cut(path, ".")
	if to.attr = named(attributes, name); to.attr == nil && to.extension == "" {
		to.attr = named(commonAttributes, name)
	}
	if to.attr == nil {
		return target{}, false
	}
	if hasSub {
		to.sub = named(to.attr.subs, sub)
	}
	return to, !hasSub || to.sub != nil
}

// last is the attribute or sub-attribute that is named.
func (to target) last() *attribute {
	if to.sub != nil {
		return to.sub
	}
	return to.attr
}

// each calls yield with the values of the attribute in a resource, those for which the filter holds, until it returns
// false.
func (to target) each(doc object, w *work, yield func(v any) bool) {
	if to.extension != "" {
		doc, _ = doc[to.extension].(object)
	}
	v, given := doc[to.attr.name]
	if !given {
		return
	}
	list, isList := v.([]any)
	if !isList {
		yield(v)
		return
	}
	for _, v := range list {
		w.add(1)
		if w.isTooMuch() {
			return
		}
		if to.filter != nil {
			if element, ok := v.(object); !ok || !to.filter.holds(element, w) {
				continue
			}
		}
		if !yield(v) {
			return
		}
	}
}

// eachValue calls yield with the values that the path names in a resource, until it returns false.
func (to target) eachValue(doc object, w *work, yield func(v any) bool) {
	if to.sub == nil {
		to.each(doc, w, yield)
		return
	}
	to.each(doc, w, func(v any) bool {
		element, _ := v.(object)
		value, given := element[to.sub.name]
		return !given || yield(value)
	})
}
