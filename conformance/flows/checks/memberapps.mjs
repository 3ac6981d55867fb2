import assert from "node:assert/strict";
import { api, as, edit, like, login, member, refused, signUp, unique } from "../harness.mjs";

const { organizations } = api;
const { members } = organizations;

// granted makes a Connected App to which a member has granted access.
async function granted() {
  const admin = await signUp();
  const { member_id } = await member(admin.organization);
  const { organization_id } = admin.organization;
  const connected_app_id = unique("connected-app-test");
  await edit((state) => {
    state.connected_apps.push({
      client_id: connected_app_id,
      client_name: "Calendar",
      client_description: "Plans",
      client_type: "third_party",
      logo_url: "",
    });
    state.grants.push({ member_id, organization_id, connected_app_id, scopes: ["openid", "email"] });
  });
  return { admin, key: { organization_id, member_id }, connected_app_id };
}

const app = { name: "Calendar", description: "Plans", client_type: "third_party" };

export default {
  "connectedApps lists the apps that members use": async () => {
    const {
      admin,
      key: { organization_id },
      connected_app_id,
    } = await granted();
    const { connected_apps } = await organizations.connectedApps({ organization_id }, as(admin));
    assert.equal(connected_apps.length, 1);
    like(connected_apps[0], { connected_app_id, ...app });
    await refused(404, "organization_not_found", organizations.connectedApps({ organization_id: "none" }));
    await refused(
      403,
      "session_authorization_tenancy_error",
      organizations.connectedApps({ organization_id }, as(await signUp())),
    );
  },

  "getConnectedApp names the members who use an app": async () => {
    const {
      key: { organization_id, member_id },
      connected_app_id,
    } = await granted();
    const found = await organizations.getConnectedApp({ organization_id, connected_app_id });
    like(found, { connected_app_id, ...app });
    assert.deepEqual(found.active_members, [{ member_id, granted_scopes: ["openid", "email"] }]);
    await refused(
      404,
      "connected_app_not_found",
      organizations.getConnectedApp({ organization_id, connected_app_id: "connected-app-test-none" }),
    );
  },

  "getConnectedApps lists the apps that a member uses, and revoke ends the access": async () => {
    const { admin, key, connected_app_id } = await granted();
    const { connected_apps } = await members.getConnectedApps(key, as(admin));
    assert.equal(connected_apps.length, 1);
    like(connected_apps[0], { connected_app_id, ...app, scopes_granted: "openid email" });
    await members.connectedApps.revoke({ ...key, connected_app_id });
    assert.deepEqual((await members.getConnectedApps(key)).connected_apps, []);
    await refused(404, "connected_app_not_found", members.connectedApps.revoke({ ...key, connected_app_id }));
    await refused(404, "member_not_found", members.getConnectedApps({ ...key, member_id: "none" }));
  },

  "an organization that admits no apps ends the access": async () => {
    const { admin, key, connected_app_id } = await granted();
    await organizations.update(
      {
        organization_id: key.organization_id,
        third_party_connected_apps_allowed_type: "NOT_ALLOWED",
      },
      as(admin),
    );
    assert.deepEqual((await members.getConnectedApps(key)).connected_apps, []);
    const plain = await login(admin.organization, await member(admin.organization));
    await refused(
      403,
      "session_authorization_error",
      members.connectedApps.revoke({ ...key, connected_app_id }, as(plain)),
    );
  },
};
