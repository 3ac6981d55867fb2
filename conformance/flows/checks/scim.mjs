import assert from "node:assert/strict";
import { api, id, like, organization, refused, token } from "../harness.mjs";

const { connection } = api.scim;

// connect creates an organization with a connection.
async function connect(fields) {
  const { organization_id } = await organization();
  const created = (await connection.create({ organization_id, ...fields })).connection;
  return { organization_id, connection_id: created.connection_id, created };
}

// provision calls the SCIM server as an identity provider does.
async function provision({ base_url, bearer_token }, path, body) {
  const response = await fetch(base_url + path, {
    method: "POST",
    headers: { authorization: `Bearer ${bearer_token}`, "content-type": "application/scim+json" },
    body: JSON.stringify(body),
  });
  return { ...(await response.json()), status: response.status };
}

const group = (created, displayName) =>
  provision(created, "/Groups", { schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"], displayName });

export default {
  "create returns the token, and get does not": async () => {
    const { organization_id, connection_id, created } = await connect({ display_name: "IdP", identity_provider: "okta" });
    assert.match(connection_id, id("scim-connection"));
    assert.match(created.bearer_token, token);
    const { connection: got } = await connection.get({ organization_id });
    like(got, {
      organization_id,
      connection_id,
      status: "active",
      display_name: "IdP",
      identity_provider: "okta",
      base_url: created.base_url,
      bearer_token_last_four: created.bearer_token.slice(-4),
      scim_group_implicit_role_assignments: [],
    });
    await refused(400, "active_scim_connection_exists", connection.create({ organization_id }));
    await refused(404, "organization_not_found", connection.get({ organization_id: "organization-test-none" }));
  },

  "update gives roles to groups, which getGroups lists": async () => {
    const { created, ...ids } = await connect();
    const { id: group_id } = await group(created, "Admins");
    const { scim_groups, next_cursor } = await connection.getGroups(ids);
    assert.deepEqual([scim_groups, next_cursor], [[{ ...ids, group_id, group_name: "Admins" }], null]);
    const roles = [{ role_id: "stytch_admin", group_id, group_name: "Admins" }];
    const updated = await connection.update({ ...ids, scim_group_implicit_role_assignments: roles });
    assert.deepEqual(updated.connection.scim_group_implicit_role_assignments, roles);
    await refused(400, "invalid_scim_idp", connection.update({ ...ids, identity_provider: "none" }));
    await refused(400, "no_active_scim_connection", connection.getGroups({ ...ids, connection_id: "none" }));
  },

  "a rotation has two tokens until it ends": async () => {
    const { created, ...ids } = await connect();
    const { next_bearer_token } = (await connection.rotateStart(ids)).connection;
    for (const bearer_token of [created.bearer_token, next_bearer_token]) {
      assert.equal((await group({ ...created, bearer_token }, "Group")).status, 201);
    }
    assert.equal((await connection.rotateCancel(ids)).connection.next_bearer_token_last_four, "");
    assert.equal((await group({ ...created, bearer_token: next_bearer_token }, "Group")).status, 401);
    const next = (await connection.rotateStart(ids)).connection.next_bearer_token;
    assert.equal((await connection.rotateComplete(ids)).connection.bearer_token_last_four, next.slice(-4));
    assert.equal((await group(created, "Group")).status, 401);
    await refused(400, "scim_connection_not_rotating_token", connection.rotateComplete(ids));
    await refused(400, "scim_connection_not_rotating_token", connection.rotateCancel(ids));
    await refused(400, "no_active_scim_connection", connection.rotateStart({ ...ids, connection_id: "none" }));
  },

  "delete ends the connection": async () => {
    const { created, ...ids } = await connect();
    assert.equal((await connection.delete(ids)).connection_id, ids.connection_id);
    assert.equal((await group(created, "Group")).status, 401);
    await refused(400, "no_active_scim_connection", connection.delete(ids));
  },
};
