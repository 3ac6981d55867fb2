import assert from "node:assert/strict";
import {
  address,
  after,
  another,
  api,
  as,
  control,
  edit,
  id,
  like,
  login,
  mail,
  member,
  organization,
  password,
  refused,
  signUp,
  token,
  withPassword,
} from "../harness.mjs";

const { passwords } = api;

// acrossOrganizations runs with passwords that are for all organizations, and without what was there before.
async function acrossOrganizations(run) {
  const before = await control("snapshot");
  await edit((state) => {
    state.passwords = [];
    state.settings = [{ passwords: { cross_organization: true } }];
  });
  try {
    await run();
  } finally {
    await control("snapshot", before);
  }
}

export default {
  "strengthCheck says whether a password can be set": async () => {
    like(await passwords.strengthCheck({ password, email_address: address() }), {
      valid_password: true,
      breached_password: false,
      strength_policy: "zxcvbn",
      breach_detection_on_create: true,
      luds_feedback: null,
    });
    like(await passwords.strengthCheck({ password: "Password1", email_address: address() }), {
      valid_password: false,
      breached_password: true,
    });
    await refused(400, "invalid_email", passwords.strengthCheck({ password, email_address: "ada" }));
  },

  "migrate takes a hash over, and authenticate logs in with it": async () => {
    const org = await organization();
    const { organization_id } = org;
    const email_address = address();
    const { member_id } = await withPassword(org, { email_address }, { name: "Ada" });
    const response = await passwords.authenticate({ organization_id, email_address, password });
    like(response, { member_id, organization_id, member_authenticated: true, session_token: token });
    like(response.member, { name: "Ada", member_password_id: id("member-password"), email_address_verified: true });
    like(response.member_session.authentication_factors[0], { type: "password", delivery_method: "knowledge" });
    await refused(
      401,
      "unauthorized_credentials",
      passwords.authenticate({ organization_id, email_address, password: another }),
    );
    await refused(400, "password_already_exists", withPassword(org, { email_address }));
    await refused(400, "invalid_md_5_hash", withPassword(org, { email_address: address() }, { hash: "x" }));
  },

  "ten wrong passwords lock a member for an hour": async () => {
    const org = await organization();
    const { organization_id } = org;
    const { email_address } = await withPassword(org, await member(org));
    const call = (given) => passwords.authenticate({ organization_id, email_address, password: given });
    for (let n = 0; n < 10; n++) await refused(401, "unauthorized_credentials", call(another));
    await refused(429, "user_lock_limit_reached", call(password));
    await after("1h1s", () => call(password));
  },

  "email.reset sets a password with the token of a mail, once": async () => {
    const org = await organization();
    const { organization_id } = org;
    const somebody = await member(org, { create_member_as_pending: true });
    const { email_address, member_id } = somebody;
    like(await passwords.email.resetStart({ organization_id, email_address }), {
      member_id,
      member_email_id: id("email"),
    });
    const password_reset_token = (await mail(email_address)).token;
    await refused(400, "weak_password", passwords.email.reset({ password_reset_token, password: "qwzx" }));
    const response = await passwords.email.reset({ password_reset_token, password });
    like(response, { member_id, member_authenticated: true, session_token: token });
    like(response.member, { status: "active", email_address_verified: true });
    await refused(
      401,
      "unable_to_auth_password_reset_token",
      passwords.email.reset({ password_reset_token, password: another }),
    );
    await refused(
      404,
      "member_not_found",
      passwords.email.resetStart({ organization_id, email_address: address() }),
    );
    await refused(
      400,
      "invalid_expiration",
      passwords.email.resetStart({ organization_id, email_address, reset_password_expiration_minutes: 4 }),
    );
  },

  "existingPassword.reset replaces a password, and revokes sessions": async () => {
    const org = await organization();
    const { organization_id } = org;
    const { email_address } = await withPassword(org, await member(org));
    const { session_token } = await passwords.authenticate({ organization_id, email_address, password });
    const call = (existing_password, new_password) =>
      passwords.existingPassword.reset({ organization_id, email_address, existing_password, new_password });
    await refused(400, "password_does_not_match", call(another, password));
    await refused(400, "weak_password", call(password, "qwzx"));
    like(await call(password, another), { member_authenticated: true, session_token: token });
    await refused(404, "session_not_found", api.sessions.authenticate({ session_token }));
  },

  "sessions.reset sets the password of a new session": async () => {
    const org = await organization();
    const { organization_id } = org;
    const somebody = await member(org);
    const { session_token } = await login(org, somebody);
    await passwords.sessions.reset({ organization_id, password, session_token });
    await passwords.authenticate({ organization_id, email_address: somebody.email_address, password });
    await refused(
      400,
      "weak_password",
      passwords.sessions.reset({ organization_id, password: "qwzx", session_token }),
    );
    await after("5m1s", () =>
      refused(
        400,
        "session_too_old_to_reset_password",
        passwords.sessions.reset({ organization_id, password: another, session_token }),
      ),
    );
  },

  "discovery with a password is for projects whose passwords are for all organizations": async () => {
    const email_address = address();
    await refused(
      400,
      "cross_org_passwords_not_enabled",
      passwords.discovery.authenticate({ email_address, password }),
    );
    await refused(400, "cross_org_passwords_not_enabled", passwords.discovery.email.resetStart({ email_address }));
    await refused(400, "cross_org_passwords_not_enabled", passwords.email.requireReset({ email_address }));
    await acrossOrganizations(async () => {
      await refused(400, "invalid_email", passwords.discovery.email.resetStart({ email_address: "ada" }));
      await passwords.discovery.email.resetStart({ email_address });
      const password_reset_token = (await mail(email_address)).token;
      await refused(
        400,
        "weak_password",
        passwords.discovery.email.reset({ password_reset_token, password: "qwzx" }),
      );
      like(await passwords.discovery.email.reset({ password_reset_token, password }), {
        email_address,
        intermediate_session_token: token,
        discovered_organizations: [],
      });
      await refused(
        401,
        "unable_to_auth_password_reset_token",
        passwords.discovery.email.reset({ password_reset_token, password }),
      );
      like(await passwords.discovery.authenticate({ email_address, password }), { intermediate_session_token: token });
      await refused(
        401,
        "unauthorized_credentials",
        passwords.discovery.authenticate({ email_address, password: another }),
      );
      await refused(
        404,
        "member_password_not_found",
        passwords.discovery.authenticate({ email_address: address(), password }),
      );
      await passwords.email.requireReset({ email_address });
      await refused(400, "member_reset_password", passwords.discovery.authenticate({ email_address, password }));
      await refused(
        404,
        "member_password_not_found",
        passwords.email.requireReset({ email_address: address() }),
      );
    });
  },

  "email.requireReset is for administrators": async () => {
    await acrossOrganizations(async () => {
      const admin = await signUp();
      const { organization_id } = admin.organization;
      const { email_address, member_id } = await withPassword(admin.organization, await member(admin.organization));
      const plain = await login(admin.organization, await member(admin.organization));
      const request = { organization_id, email_address, member_id };
      await refused(403, "session_authorization_error", passwords.email.requireReset(request, as(plain)));
      like(await passwords.email.requireReset(request, as(admin)), { member_id });
    });
  },
};
