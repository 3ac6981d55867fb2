import assert from "node:assert/strict";
import {
  address,
  api,
  as,
  id,
  instant,
  like,
  login,
  member,
  organization,
  refused,
  signUp,
  unique,
} from "../harness.mjs";

const { organizations } = api;

export default {
  "create returns an organization with the defaults, and nothing else": async () => {
    const slug = unique("org");
    const created = await organizations.create({ organization_name: "Acme", organization_slug: slug });
    like(created, { status_code: 200, request_id: id("request-id") });
    const { organization_id, created_at, updated_at, ...rest } = created.organization;
    assert.match(organization_id, id("organization"));
    assert.match(created_at, instant);
    assert.equal(updated_at, created_at);
    assert.deepEqual(rest, {
      organization_name: "Acme",
      organization_slug: slug,
      organization_logo_url: "",
      organization_external_id: null,
      trusted_metadata: {},
      email_allowed_domains: [],
      email_jit_provisioning: "NOT_ALLOWED",
      email_invites: "ALL_ALLOWED",
      auth_methods: "ALL_ALLOWED",
      allowed_auth_methods: [],
      mfa_policy: "OPTIONAL",
      mfa_methods: "ALL_ALLOWED",
      allowed_mfa_methods: [],
      sso_jit_provisioning: "ALL_ALLOWED",
      sso_jit_provisioning_allowed_connections: [],
      sso_active_connections: [],
      sso_default_connection_id: "",
      scim_active_connection: null,
      oauth_tenant_jit_provisioning: "NOT_ALLOWED",
      allowed_oauth_tenants: {},
      claimed_email_domains: [],
      rbac_email_implicit_role_assignments: [],
      custom_roles: [],
      first_party_connected_apps_allowed_type: "ALL_ALLOWED",
      allowed_first_party_connected_apps: [],
      third_party_connected_apps_allowed_type: "ALL_ALLOWED",
      allowed_third_party_connected_apps: [],
    });
  },

  "create takes all settings, and refuses a slug or an external id that is taken": async () => {
    const settings = {
      organization_name: "Bolt",
      organization_slug: unique("bolt"),
      organization_external_id: unique("external"),
      organization_logo_url: "https://bolt.example/logo.png",
      trusted_metadata: { plan: "pro" },
      email_allowed_domains: ["bolt.example"],
      email_jit_provisioning: "RESTRICTED",
      email_invites: "RESTRICTED",
      auth_methods: "RESTRICTED",
      allowed_auth_methods: ["magic_link", "email_otp"],
      mfa_policy: "REQUIRED_FOR_ALL",
      mfa_methods: "RESTRICTED",
      allowed_mfa_methods: ["totp"],
      sso_jit_provisioning: "NOT_ALLOWED",
      oauth_tenant_jit_provisioning: "RESTRICTED",
      allowed_oauth_tenants: { slack: ["T1"] },
      rbac_email_implicit_role_assignments: [{ domain: "bolt.example", role_id: "stytch_admin" }],
    };
    like((await organizations.create(settings)).organization, settings);
    await refused(
      400,
      "organization_slug_already_used",
      organizations.create({ ...settings, organization_external_id: undefined }),
    );
    await refused(
      400,
      "organization_external_id_already_used",
      organizations.create({ ...settings, organization_slug: unique("bolt") }),
    );
  },

  "create refuses settings that contradict each other": async () => {
    const create = (settings) =>
      organizations.create({ organization_name: "x", organization_slug: unique("x"), ...settings });
    await refused(400, "invalid_organization_slug", create({ organization_slug: "no spaces" }));
    await refused(400, "allowed_auth_methods_required_for_restricted", create({ auth_methods: "RESTRICTED" }));
    await refused(
      400,
      "organization_settings_domain_too_common",
      create({
        email_allowed_domains: ["gmail.com"],
        email_invites: "RESTRICTED",
      }),
    );
  },

  "get finds an organization by id, slug and external id": async () => {
    const external = unique("external");
    const org = await organization({ organization_external_id: external });
    for (const organization_id of [org.organization_id, org.organization_slug, external]) {
      assert.deepEqual((await organizations.get({ organization_id })).organization, org);
    }
    await refused(404, "organization_not_found", organizations.get({ organization_id: "organization-test-none" }));
    await refused(
      400,
      "live_id_used_in_test_environment",
      organizations.get({ organization_id: "organization-live-1" }),
    );
  },

  "update changes what is given, and leaves the rest": async () => {
    const org = await organization({ trusted_metadata: { plan: "pro" } });
    const { organization_id } = org;
    const { organization: updated } = await organizations.update({ organization_id, organization_name: "New" });
    assert.deepEqual(updated, { ...org, organization_name: "New", updated_at: updated.updated_at });
    await refused(400, "invalid_organization_name", organizations.update({ organization_id, organization_name: "" }));
    await refused(
      404,
      "organization_not_found",
      organizations.update({ organization_id: "none", organization_name: "x" }),
    );
  },

  "update for a session needs a role that permits it": async () => {
    const admin = await signUp();
    const { organization_id } = admin.organization;
    const rename = (by) => organizations.update({ organization_id, organization_name: unique("name") }, as(by));
    await rename(admin);
    const plain = await login(admin.organization, await member(admin.organization));
    await refused(403, "session_authorization_error", rename(plain));
    await refused(403, "session_authorization_tenancy_error", rename(await signUp()));
    await refused(404, "session_not_found", rename({ session_token: "A".repeat(44) }));
  },

  "update for a session does not change trusted metadata": async () => {
    const admin = await signUp();
    await refused(
      401,
      "cannot_update_trusted_metadata",
      organizations.update(
        { organization_id: admin.organization.organization_id, trusted_metadata: { plan: "free" } },
        as(admin),
      ),
    );
  },

  "metrics counts members": async () => {
    const { organization_id } = await organization();
    assert.equal((await organizations.metrics({ organization_id })).member_count, 0);
    await member({ organization_id });
    assert.equal((await organizations.metrics({ organization_id })).member_count, 1);
    await refused(404, "organization_not_found", organizations.metrics({ organization_id: "none" }));
  },

  "deleteExternalId removes the external id alone": async () => {
    const external = unique("external");
    const { organization_id } = await organization({ organization_external_id: external });
    const { organization: changed } = await organizations.deleteExternalId({ organization_id });
    assert.equal(changed.organization_external_id, null);
    await refused(404, "organization_not_found", organizations.get({ organization_id: external }));
    await refused(404, "organization_not_found", organizations.deleteExternalId({ organization_id: external }));
  },

  "delete removes an organization with members and sessions": async () => {
    const admin = await signUp();
    const { organization_id } = admin.organization;
    like(await organizations.delete({ organization_id }, as(admin)), { organization_id });
    await refused(404, "organization_not_found", organizations.get({ organization_id }));
    await refused(404, "member_not_found", organizations.members.dangerouslyGet({ member_id: admin.member_id }));
    await refused(404, "session_not_found", api.sessions.authenticate({ session_token: admin.session_token }));
    await refused(404, "organization_not_found", organizations.delete({ organization_id }));
  },

  "a slug may have dots, underscores, tildes and hyphens": async () => {
    const first = await organization({ organization_slug: unique("a.b_c~d-e") });
    assert.equal(
      (await organizations.get({ organization_id: first.organization_slug })).organization.organization_id,
      first.organization_id,
    );
    await refused(
      404,
      "member_not_found",
      organizations.members.get({ organization_id: first.organization_slug, email_address: address() }),
    );
  },
};
