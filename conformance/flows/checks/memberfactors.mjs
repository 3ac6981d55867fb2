import assert from "node:assert/strict";
import {
  api,
  as,
  edit,
  like,
  login,
  member,
  organization,
  refused,
  row,
  signUp,
  unique,
  withPassword,
} from "../harness.mjs";

const { members } = api.organizations;

// provided makes an account at a provider of a member of an organization, as a login by OAuth or SSO does.
async function provided(fields, org) {
  const { member_id } = await member(org);
  await edit((state) => {
    state.registrations.push({
      registration_id: unique("registration"),
      member_id,
      provider_subject: "subject-1",
      access_token: "access-1",
      refresh_token: "refresh-1",
      scopes: ["openid"],
      ...fields,
    });
  });
  return { organization_id: org.organization_id, member_id };
}

// accounts checks that the tokens of a provider are returned, and that an unknown member and one without are refused.
async function accounts(provider, fields, expected) {
  const call = (key) => members.oauthProviders[provider]({ ...key, include_refresh_token: true });
  const key = await provided({ provider, ...fields }, await organization());
  like(await call(key), expected);
  await refused(404, "member_not_found", call({ ...key, member_id: "none" }));
  const org = await organization();
  await refused(
    404,
    "member_oauth_token_not_found",
    call({ organization_id: org.organization_id, member_id: (await member(org)).member_id }),
  );
}

const single = (provider_type) => ({
  provider_type,
  provider_subject: "subject-1",
  access_token: "access-1",
  refresh_token: "refresh-1",
  scopes: ["openid"],
});

export default {
  "deleteMFAPhoneNumber lets a member have another number": async () => {
    const org = await organization();
    const { organization_id } = org;
    const { member_id } = await member(org, { mfa_phone_number: "+12025550164" });
    await refused(
      400,
      "duplicate_member_phone_number_for_member",
      members.update({ organization_id, member_id, mfa_phone_number: "+12025550165" }),
    );
    like((await members.deleteMFAPhoneNumber({ organization_id, member_id })).member, { mfa_phone_number: "" });
    await refused(404, "member_phone_number_not_found", members.deleteMFAPhoneNumber({ organization_id, member_id }));
    const { member: updated } = await members.update({ organization_id, member_id, mfa_phone_number: "+12025550165" });
    assert.equal(updated.mfa_phone_number, "+12025550165");
  },

  "deleteTOTP removes the authenticator app": async () => {
    const org = await organization();
    const key = { organization_id: org.organization_id, member_id: (await member(org)).member_id };
    await refused(404, "totp_not_found", members.deleteTOTP(key));
    await edit((state) => {
      row(state, key).totp_registration_id = unique("totp-test");
    });
    assert.equal((await members.deleteTOTP(key)).member.totp_registration_id, "");
  },

  "deletePassword removes the password by its id": async () => {
    const org = await organization();
    const { organization_id } = org;
    const somebody = await member(org);
    const { member_password_id } = await withPassword(org, somebody);
    like((await members.deletePassword({ organization_id, member_password_id })).member, {
      member_id: somebody.member_id,
      member_password_id: "",
    });
    await refused(404, "member_password_not_found", members.deletePassword({ organization_id, member_password_id }));
  },

  "deleteExternalId removes the external id alone, for administrators": async () => {
    const admin = await signUp();
    const { organization_id } = admin.organization;
    const { member_id, external_id } = await member(admin.organization, { external_id: unique("external") });
    const plain = await login(admin.organization, await member(admin.organization));
    await refused(
      403,
      "session_authorization_error",
      members.deleteExternalId({ organization_id, member_id }, as(plain)),
    );
    const { member: changed } = await members.deleteExternalId({ organization_id, member_id }, as(admin));
    assert.equal(changed.external_id, null);
    await refused(404, "member_not_found", members.get({ organization_id, member_id: external_id }));
  },

  "oauthProviders.google returns the tokens": () => accounts("google", {}, single("Google")),
  "oauthProviders.microsoft returns the tokens": () => accounts("microsoft", {}, single("Microsoft")),

  "oauthProviders.slack returns the tokens of each workspace": () =>
    accounts(
      "slack",
      { provider_tenant_ids: ["T1"], bot_access_token: "bot-1", bot_scopes: ["chat"] },
      {
        registrations: [
          {
            provider_subject: "subject-1",
            provider_tenant_id: "T1",
            access_token: "access-1",
            scopes: ["openid"],
            bot_access_token: "bot-1",
            bot_scopes: ["chat"],
          },
        ],
      },
    ),

  "oauthProviders.hubspot returns the tokens of each account": () =>
    accounts(
      "hubspot",
      { provider_tenant_ids: ["H1"] },
      {
        registrations: [
          {
            provider_subject: "subject-1",
            provider_tenant_id: "H1",
            access_token: "access-1",
            access_token_expires_in: 0,
            scopes: ["openid"],
            refresh_token: "refresh-1",
          },
        ],
      },
    ),

  "oauthProviders.github returns the tokens with all organizations": () =>
    accounts(
      "github",
      { provider_tenant_ids: ["G1", "G2"] },
      {
        registrations: [
          {
            provider_subject: "subject-1",
            provider_tenant_ids: ["G1", "G2"],
            access_token: "access-1",
            scopes: ["openid"],
          },
        ],
      },
    ),

  "oidcProviders returns the tokens of each connection": async () => {
    const org = await organization();
    const { connection } = await api.sso.oidc.createConnection({ organization_id: org.organization_id });
    const { connection_id } = connection;
    const key = await provided({ provider: "oidc", connection_id, id_token: "id-1" }, org);
    const expected = {
      provider_subject: "subject-1",
      connection_id,
      id_token: "id-1",
      access_token: "access-1",
      access_token_expires_in: 0,
      scopes: ["openid"],
    };
    const [secretive] = (await members.oidcProviders(key)).registrations;
    like(secretive, expected);
    assert.ok(!secretive.refresh_token);
    const [open] = (await members.oidcProviders({ ...key, include_refresh_token: true })).registrations;
    like(open, { ...expected, refresh_token: "refresh-1" });
    await refused(404, "organization_not_found", members.oidcProviders({ ...key, organization_id: "none" }));
  },
};
