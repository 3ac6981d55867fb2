package ops

// The endpoints of the SCIM 2.0 server that identity providers call (RFC 7644, section 3.2).
var (
	SCIMUsersCreate   = scimEndpoint("users.create", "POST", "/Users")
	SCIMUsersList     = scimEndpoint("users.list", "GET", "/Users")
	SCIMUsersSearch   = scimEndpoint("users.search", "POST", "/Users/.search")
	SCIMUsersGet      = scimEndpoint("users.get", "GET", "/Users/{id}")
	SCIMUsersReplace  = scimEndpoint("users.replace", "PUT", "/Users/{id}")
	SCIMUsersPatch    = scimEndpoint("users.patch", "PATCH", "/Users/{id}")
	SCIMUsersDelete   = scimEndpoint("users.delete", "DELETE", "/Users/{id}")
	SCIMGroupsCreate  = scimEndpoint("groups.create", "POST", "/Groups")
	SCIMGroupsList    = scimEndpoint("groups.list", "GET", "/Groups")
	SCIMGroupsSearch  = scimEndpoint("groups.search", "POST", "/Groups/.search")
	SCIMGroupsGet     = scimEndpoint("groups.get", "GET", "/Groups/{id}")
	SCIMGroupsReplace = scimEndpoint("groups.replace", "PUT", "/Groups/{id}")
	SCIMGroupsPatch   = scimEndpoint("groups.patch", "PATCH", "/Groups/{id}")
	SCIMGroupsDelete  = scimEndpoint("groups.delete", "DELETE", "/Groups/{id}")
	SCIMConfig        = scimEndpoint("service_provider_config", "GET", "/ServiceProviderConfig")
	SCIMResourceTypes = scimEndpoint("resource_types.list", "GET", "/ResourceTypes")
	SCIMResourceType  = scimEndpoint("resource_types.get", "GET", "/ResourceTypes/{id}")
	SCIMSchemas       = scimEndpoint("schemas.list", "GET", "/Schemas")
	SCIMSchema        = scimEndpoint("schemas.get", "GET", "/Schemas/{id}")
	SCIMMe            = scimEndpoint("me", "GET", "/Me")
	SCIMBulk          = scimEndpoint("bulk", "POST", "/Bulk")
	SCIMSearch        = scimEndpoint("search", "POST", "/.search")
)

// SCIMOther takes the requests for which there is no other endpoint.
var SCIMOther = scimEndpoint("other", "", "/"+Rest)

const scimConnectionPath = "/v1/b2b/scim/{connection_id}"

// SCIM are the endpoints of the SCIM server.
var SCIM = []*Info{
	SCIMUsersCreate, SCIMUsersList, SCIMUsersSearch, SCIMUsersGet, SCIMUsersReplace, SCIMUsersPatch, SCIMUsersDelete,
	SCIMGroupsCreate, SCIMGroupsList, SCIMGroupsSearch, SCIMGroupsGet, SCIMGroupsReplace, SCIMGroupsPatch,
	SCIMGroupsDelete, SCIMConfig, SCIMResourceTypes, SCIMResourceType, SCIMSchemas, SCIMSchema, SCIMMe, SCIMBulk,
	SCIMSearch,
}

func scimEndpoint(id, method, path string) *Info {
	return &Info{ID: PublicPrefix + "b2b.scim." + id, Method: method, Path: scimConnectionPath + path}
}
