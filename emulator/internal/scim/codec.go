package scim

import (
	"reflect"
	"strings"

	"github.com/seed75add069/stytch-go/b2b/scim"
)

// fields are the fields of the types of package b2b/scim, by the names of attributes in lower case: a field has the
// name in snake case.
var fields = func() map[reflect.Type]map[string]int {
	all := map[reflect.Type]map[string]int{}
	for _, t := range []reflect.Type{
		reflect.TypeFor[scim.SCIMAttributes](), reflect.TypeFor[scim.Name](), reflect.TypeFor[scim.TypedValue](),
		reflect.TypeFor[scim.Address](), reflect.TypeFor[scim.EnterpriseExtension](), reflect.TypeFor[scim.Manager](),
	} {
		all[t] = map[string]int{}
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			all[t][strings.ReplaceAll(name, "_", "")] = i
		}
	}
	return all
}()

func fieldOf(v reflect.Value, a *attribute) reflect.Value {
	i, known := fields[v.Type()][strings.ToLower(strings.TrimPrefix(a.name, "$"))]
	if !known {
		return reflect.Value{}
	}
	return v.Field(i)
}

// encodeFields makes an object of a struct of package b2b/scim.
func encodeFields(v reflect.Value, attributes []*attribute) object {
	doc := object{}
	for _, a := range attributes {
		field := fieldOf(v, a)
		if !field.IsValid() || a.readOnly || field.IsZero() {
			continue
		}
		switch field.Kind() {
		case reflect.Pointer:
			doc[a.name] = encodeFields(field.Elem(), a.subs)
		case reflect.Slice:
			list := make([]any, field.Len())
			for i := range list {
				list[i] = encodeFields(field.Index(i), a.subs)
			}
			doc[a.name] = list
		default:
			doc[a.name] = field.Interface()
		}
	}
	return doc
}

// decodeFields sets the fields of a struct of package b2b/scim to what an object has. It is the inverse of
// encodeFields.
func decodeFields(doc object, attributes []*attribute, v reflect.Value) {
	for _, a := range attributes {
		value, given := doc[a.name]
		field := fieldOf(v, a)
		if !given || !field.IsValid() || a.readOnly {
			continue
		}
		switch value := value.(type) {
		case object:
			field.Set(reflect.New(field.Type().Elem()))
			decodeFields(value, a.subs, field.Elem())
		case []any:
			field.Set(reflect.MakeSlice(field.Type(), len(value), len(value)))
			for i, one := range value {
				element, _ := one.(object)
				decodeFields(element, a.subs, field.Index(i))
			}
		default:
			field.Set(reflect.ValueOf(value))
		}
	}
}

// attributesOf are the attributes of a user's resource as the API returns them.
func attributesOf(doc object) scim.SCIMAttributes {
	var attributes scim.SCIMAttributes
	v := reflect.ValueOf(&attributes).Elem()
	decodeFields(doc, userType.attributes, v)
	attributes.Active = false // it follows from the member
	attributes.ExternalID, _ = doc["externalId"].(string)
	if extension, ok := doc[enterpriseSchema].(object); ok {
		attributes.EnterpriseExtension = &scim.EnterpriseExtension{}
		decodeFields(extension, userType.extensionAttributes, reflect.ValueOf(attributes.EnterpriseExtension).Elem())
	}
	return attributes
}

// userOf is the inverse of attributesOf.
func userOf(attributes *scim.SCIMAttributes) object {
	doc := encodeFields(reflect.ValueOf(attributes).Elem(), userType.attributes)
	if attributes.ExternalID != "" {
		doc["externalId"] = attributes.ExternalID
	}
	if attributes.EnterpriseExtension != nil {
		extension := encodeFields(reflect.ValueOf(attributes.EnterpriseExtension).Elem(), userType.extensionAttributes)
		if len(extension) > 0 {
			doc[enterpriseSchema] = extension
		}
	}
	return doc
}
