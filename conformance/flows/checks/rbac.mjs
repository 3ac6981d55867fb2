import assert from "node:assert/strict";
import { api, connect, like, login, member, organization, refused, signUp } from "../harness.mjs";

const { rbac } = api;

const editor = {
  role_id: "editor",
  description: "Writes",
  permissions: [{ resource_id: "documents", actions: ["read", "write"] }],
};
const owner = { role_id: "owner", description: "", permissions: [{ resource_id: "documents", actions: ["*"] }] };

// checked verifies a session's JWT locally, and whether its roles permit something.
const checked = ({ session_jwt }, { organization_id }, resource_id, action) =>
  connect().sessions.authenticateJwtLocal({
    session_jwt,
    authorization_check: { organization_id, resource_id, action },
  });

const fails = (code, call) => assert.rejects(call, (error) => error.code === code);

export default {
  "policy returns the roles of every project, and the resources that they name": async () => {
    const { policy } = await rbac.policy();
    const permits = Object.fromEntries(
      policy.roles.map((r) => [r.role_id, r.permissions.map((p) => p.resource_id).sort()]),
    );
    assert.deepEqual(permits, {
      stytch_member: ["stytch.self"],
      stytch_admin: ["stytch.member", "stytch.organization", "stytch.scim", "stytch.sso"],
    });
    assert.deepEqual(policy.resources.map((r) => r.resource_id).sort(), [
      "stytch.member",
      "stytch.organization",
      "stytch.scim",
      "stytch.self",
      "stytch.sso",
    ]);
    await refused(401, "unauthorized_credentials", connect({ secret: "secret-test-wrong" }).rbac.policy());
  },

  "setOrgPolicy replaces the roles of an organization": async () => {
    const { organization_id } = await organization();
    const { organizations } = rbac;
    assert.deepEqual((await organizations.getOrgPolicy({ organization_id })).org_policy, { roles: [] });
    const set = await organizations.setOrgPolicy({ organization_id, org_policy: { roles: [editor, owner] } });
    assert.deepEqual(set.org_policy, { roles: [editor, owner] });
    await organizations.setOrgPolicy({ organization_id, org_policy: { roles: [owner] } });
    assert.deepEqual((await organizations.getOrgPolicy({ organization_id })).org_policy, { roles: [owner] });
    assert.deepEqual((await api.organizations.get({ organization_id })).organization.custom_roles, [owner]);
    const refusing = (roles) => organizations.setOrgPolicy({ organization_id, org_policy: { roles } });
    await refused(400, "rbac_role_duplicate", refusing([editor, editor]));
    await refused(400, "rbac_org_custom_roles_only", refusing([{ ...editor, role_id: "stytch_admin" }]));
    await refused(404, "organization_not_found", organizations.getOrgPolicy({ organization_id: "none" }));
    await refused(400, "bad_request", organizations.setOrgPolicy({ organization_id, org_policy: {} }));
    const on = (resource_id, ...actions) => refusing([{ ...editor, permissions: [{ resource_id, actions }] }]);
    await refused(400, "invalid_permission_resource", on("stytch.members", "create"));
    await refused(400, "invalid_permission_action", on("stytch.member", "read"));
  },

  "an organization's roles count, locally and remotely": async () => {
    const org = await organization();
    const { organization_id } = org;
    await rbac.organizations.setOrgPolicy({ organization_id, org_policy: { roles: [editor] } });
    const somebody = await login(org, await member(org, { roles: ["editor"] }));
    const local = await checked(somebody, org, "documents", "write");
    assert.deepEqual(local.roles.toSorted(), ["editor", "stytch_member"]);
    const { verdict } = await api.sessions.authenticate({
      session_token: somebody.session_token,
      authorization_check: { organization_id, resource_id: "documents", action: "write" },
    });
    assert.deepEqual(verdict, { authorized: true, granting_roles: ["editor"] });
    await fails("invalid_permissions", checked(somebody, org, "documents", "delete"));
    await fails("invalid_permissions", checked(somebody, org, "invoices", "read"));
    await fails("tenancy_mismatch", checked(somebody, await organization(), "documents", "write"));
    const { session_jwt } = somebody;
    await refused(
      403,
      "session_authorization_error",
      connect().sessions.authenticateJwt({
        session_jwt,
        authorization_check: { organization_id, resource_id: "documents", action: "delete" },
      }),
    );
  },

  "the roles of every project count locally": async () => {
    const admin = await signUp();
    const plain = await login(admin.organization, await member(admin.organization));
    like(await checked(admin, admin.organization, "stytch.member", "create"), { member_id: admin.member_id });
    await checked(plain, admin.organization, "stytch.self", "update.info.name");
    await fails("invalid_permissions", checked(plain, admin.organization, "stytch.member", "create"));
  },
};
