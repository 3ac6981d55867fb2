package scim

import (
	"net/http"

	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

const (
	configSchema       = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
	resourceTypeSchema = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
	schemaSchema       = "urn:ietf:params:scim:schemas:core:2.0:Schema"
)

// resourceTypes are the kinds of resources that there are.
var resourceTypes = []*resourceType{userType, groupType}

// getConfig says what the server supports (RFC 7643, section 5).
func getConfig(r *request) (*engine.Reply, error) {
	if err := r.checkNoFilter(); err != nil {
		return nil, err
	}
	return reply(http.StatusOK, object{
		"schemas":        []any{configSchema},
		"patch":          object{"supported": true},
		"bulk":           object{"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
		"filter":         object{"supported": true, "maxResults": maxCount},
		"changePassword": object{"supported": false},
		"sort":           object{"supported": true},
		"etag":           object{"supported": true},
		"authenticationSchemes": []any{object{
			"type": "oauthbearertoken", "name": "Bearer token", "primary": true,
			"description": "The bearer token of the SCIM connection, see RFC 6750.",
		}},
		"meta": object{"resourceType": "ServiceProviderConfig", "location": r.url("/ServiceProviderConfig")},
	})
}

// checkNoFilter refuses a filter, which these resources do not take (RFC 7644, section 4).
func (r *request) checkNoFilter() error {
	if r.Request().URL.Query().Has("filter") {
		return &failure{http.StatusForbidden, "", "These resources cannot be filtered."}
	}
	return nil
}

// listOfAll answers with resources that are not stored, all of them.
func listOfAll(resources []any) (*engine.Reply, error) {
	return reply(http.StatusOK, object{
		"schemas": []any{listSchema}, "totalResults": len(resources), "startIndex": 1,
		"itemsPerPage": len(resources), "Resources": resources,
	})
}

// oneOf answers with the resource that a path names.
func (r *request) oneOf(kind string, resources []any) (*engine.Reply, error) {
	for _, v := range resources {
		resource, _ := v.(object)
		if id := r.Param("id"); state.Lower(asText(resource["id"])) == state.Lower(id) {
			return reply(http.StatusOK, resource)
		}
	}
	return nil, notFound(kind, r.Param("id"))
}

func listResourceTypes(r *request) (*engine.Reply, error) {
	if err := r.checkNoFilter(); err != nil {
		return nil, err
	}
	return listOfAll(r.resourceTypes())
}

func getResourceType(r *request) (*engine.Reply, error) {
	return r.oneOf("resource type", r.resourceTypes())
}

func (r *request) resourceTypes() []any {
	var resources []any
	for _, t := range resourceTypes {
		resource := object{
			"schemas": []any{resourceTypeSchema}, "id": t.name, "name": t.name, "endpoint": t.endpoint,
			"description": t.description, "schema": t.schema,
			"meta": object{"resourceType": "ResourceType", "location": r.url("/ResourceTypes/" + t.name)},
		}
		if t.extension != "" {
			resource["schemaExtensions"] = []any{object{"schema": t.extension, "required": false}}
		}
		resources = append(resources, resource)
	}
	return resources
}

func listSchemas(r *request) (*engine.Reply, error) {
	if err := r.checkNoFilter(); err != nil {
		return nil, err
	}
	return listOfAll(r.schemas())
}

func getSchema(r *request) (*engine.Reply, error) { return r.oneOf("schema", r.schemas()) }

// schemas are the schemas of the resources (RFC 7643, section 7).
func (r *request) schemas() []any {
	var resources []any
	add := func(id, name, description string, attributes []*attribute) {
		resources = append(resources, object{
			"schemas": []any{schemaSchema}, "id": id, "name": name, "description": description,
			"attributes": definitions(attributes),
			"meta":       object{"resourceType": "Schema", "location": r.url("/Schemas/" + id)},
		})
	}
	for _, t := range resourceTypes {
		add(t.schema, t.name, t.description, t.attributes)
		if t.extension != "" {
			add(t.extension, t.extensionName, "A person's position in the company.", t.extensionAttributes)
		}
	}
	return resources
}

func definitions(attributes []*attribute) []any {
	list := []any{}
	for _, a := range attributes {
		definition := object{
			"name": a.name, "type": a.kind, "multiValued": a.multi, "description": a.description,
			"required": a.required, "caseExact": a.caseExact, "mutability": "readWrite", "returned": "default",
			"uniqueness": "none",
		}
		if a.readOnly {
			definition["mutability"] = "readOnly"
		}
		if a.unique {
			definition["uniqueness"] = "server"
		}
		if a.subs != nil {
			definition["subAttributes"] = definitions(a.subs)
		}
		if a.types != nil {
			types := []any{}
			for _, t := range a.types {
				types = append(types, t)
			}
			definition["referenceTypes"] = types
		}
		list = append(list, definition)
	}
	return list
}
