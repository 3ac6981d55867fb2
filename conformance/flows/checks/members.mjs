import assert from "node:assert/strict";
import {
  address,
  api,
  as,
  edit,
  id,
  instant,
  like,
  login,
  member,
  organization,
  refused,
  row,
  signUp,
  unique,
} from "../harness.mjs";

const { members } = api.organizations;

export default {
  "create returns an active member whose address is not verified, and nothing else": async () => {
    const org = await organization();
    const email_address = address();
    const created = await members.create({ organization_id: org.organization_id, email_address });
    like(created, { status_code: 200, request_id: id("request-id"), organization: org });
    const { member_id, email_address_id, created_at, updated_at, ...rest } = created.member;
    assert.equal(created.member_id, member_id);
    assert.match(member_id, id("member"));
    assert.match(created_at, instant);
    assert.equal(updated_at, created_at);
    assert.deepEqual(rest, {
      organization_id: org.organization_id,
      email_address,
      email_address_verified: false,
      retired_email_addresses: [],
      status: "active",
      name: "",
      external_id: null,
      trusted_metadata: {},
      untrusted_metadata: {},
      is_breakglass: false,
      is_admin: false,
      roles: [{ role_id: "stytch_member", sources: [{ type: "direct_assignment", details: {} }] }],
      member_password_id: "",
      sso_registrations: [],
      oauth_registrations: [],
      scim_registration: null,
      mfa_enrolled: false,
      mfa_phone_number: "",
      mfa_phone_number_verified: false,
      default_mfa_method: "",
      totp_registration_id: "",
      is_locked: false,
      lock_created_at: null,
      lock_expires_at: null,
    });
  },

  "create takes all fields, in an organization named by its slug": async () => {
    const org = await organization();
    const fields = {
      name: "Ada",
      external_id: unique("ada"),
      trusted_metadata: { plan: "pro" },
      untrusted_metadata: { theme: "dark" },
      is_breakglass: true,
      mfa_phone_number: "+12025550162",
      mfa_enrolled: true,
    };
    const { member: created } = await members.create({
      organization_id: org.organization_slug,
      email_address: address(),
      create_member_as_pending: true,
      roles: ["stytch_admin"],
      ...fields,
    });
    like(created, { ...fields, status: "pending", is_admin: true });
    assert.deepEqual(created.roles.map((r) => r.role_id).sort(), ["stytch_admin", "stytch_member"]);
  },

  "create refuses an address or external id that is taken, unknown roles and bad addresses": async () => {
    const org = await organization();
    const { organization_id } = org;
    const { email_address, external_id } = await member(org, { external_id: unique("external") });
    const create = (fields) => members.create({ organization_id, email_address: address(), ...fields });
    await refused(400, "duplicate_member_email", create({ email_address: email_address.toUpperCase() }));
    await refused(400, "duplicate_member_external_id", create({ external_id }));
    await refused(400, "invalid_rbac_role_id", create({ roles: ["none"] }));
    await refused(400, "cannot_assign_default_rbac_role_id", create({ roles: ["stytch_member"] }));
    await refused(400, "invalid_email", create({ email_address: "nobody" }));
    await refused(404, "organization_not_found", create({ organization_id: "none" }));
  },

  "create for a session is for administrators": async () => {
    const admin = await signUp();
    const { organization_id } = admin.organization;
    const create = (by) => members.create({ organization_id, email_address: address() }, as(by));
    const { member: created } = await create(admin);
    await refused(403, "session_authorization_error", create(await login(admin.organization, created)));
    await refused(403, "session_authorization_tenancy_error", create(await signUp()));
  },

  "get finds a member by id, external id and address": async () => {
    const org = await organization();
    const somebody = await member(org, { external_id: unique("external") });
    const { organization_id } = org;
    for (const selector of [
      { member_id: somebody.member_id },
      { member_id: somebody.external_id },
      { email_address: somebody.email_address },
    ]) {
      like(await members.get({ organization_id, ...selector }), {
        member: somebody,
        member_id: somebody.member_id,
        organization: org,
      });
    }
    await refused(404, "member_not_found", members.get({ organization_id, member_id: "member-test-none" }));
    await refused(400, "invalid_member_get_fields", members.get({ organization_id }));
    await refused(
      404,
      "organization_not_found",
      members.get({ organization_id: "none", member_id: somebody.member_id }),
    );
  },

  "dangerouslyGet finds a member without the organization, deleted ones on request": async () => {
    const org = await organization();
    const { member_id } = await member(org);
    assert.deepEqual((await members.dangerouslyGet({ member_id })).organization, org);
    await members.delete({ organization_id: org.organization_id, member_id });
    await refused(404, "member_not_found", members.dangerouslyGet({ member_id }));
    assert.equal((await members.dangerouslyGet({ member_id, include_deleted: true })).member.status, "deleted");
  },

  "update changes what is given, and merges metadata by key": async () => {
    const org = await organization();
    const somebody = await member(org, { name: "Ada", untrusted_metadata: { theme: "dark", size: 1 } });
    const key = { organization_id: org.organization_id, member_id: somebody.member_id };
    const { member: updated } = await members.update({ ...key, untrusted_metadata: { theme: null, color: "red" } });
    assert.deepEqual(updated, {
      ...somebody,
      untrusted_metadata: { size: 1, color: "red" },
      updated_at: updated.updated_at,
    });
    assert.deepEqual((await members.get(key)).member, updated);
    await refused(400, "invalid_phone_number", members.update({ ...key, mfa_phone_number: "12" }));
    await refused(400, "invalid_mfa_default_method", members.update({ ...key, default_mfa_method: "fax" }));
    await refused(404, "member_not_found", members.update({ ...key, member_id: "none" }));
  },

  "update for a session lets members change themselves, and administrators others": async () => {
    const admin = await signUp();
    const { organization_id } = admin.organization;
    const plain = await login(admin.organization, await member(admin.organization));
    const other = await member(admin.organization);
    const update = (by, { member_id }, fields) => members.update({ organization_id, member_id, ...fields }, as(by));
    assert.equal((await update(plain, plain, { name: "Bob" })).member.name, "Bob");
    await refused(403, "session_authorization_error", update(plain, other, { name: "Bob" }));
    await refused(403, "session_authorization_error", update(plain, plain, { roles: ["stytch_admin"] }));
    await refused(401, "cannot_update_trusted_metadata", update(plain, plain, { trusted_metadata: { a: 1 } }));
    assert.equal((await update(admin, other, { roles: ["stytch_admin"] })).member.is_admin, true);
    await refused(403, "session_authorization_tenancy_error", update(await signUp(), other, { name: "x" }));
  },

  "delete hides a member and ends the sessions; reactivate brings the member back": async () => {
    const org = await organization();
    const { organization_id } = org;
    const somebody = await login(org, await member(org));
    const { member_id, session_token } = somebody;
    like(await members.delete({ organization_id, member_id }), { member_id });
    await refused(404, "member_not_found", members.get({ organization_id, member_id }));
    await refused(404, "member_not_found", members.delete({ organization_id, member_id }));
    await refused(404, "session_not_found", api.sessions.authenticate({ session_token }));
    const { member: back } = await members.reactivate({ organization_id, member_id });
    like(back, { member_id, status: "active", email_address: somebody.member.email_address });
    await refused(400, "no_deleted_member_found_for_reactivation", members.reactivate({ organization_id, member_id }));
  },

  "reactivate needs a verified address that nobody else has": async () => {
    const org = await organization();
    const { organization_id } = org;
    const { member_id, email_address } = await member(org);
    await members.delete({ organization_id, member_id });
    await refused(400, "email_unverified_for_reactivation", members.reactivate({ organization_id, member_id }));
    await edit((state) => {
      row(state, { member_id }).email_address_verified = true;
    });
    await member(org, { email_address });
    await refused(
      400,
      "reactivation_email_belongs_to_another_member",
      members.reactivate({ organization_id, member_id }),
    );
  },
};
