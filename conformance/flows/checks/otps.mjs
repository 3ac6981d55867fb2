import assert from "node:assert/strict";
import { address, after, api, id, like, mail, member, organization, refused, token } from "../harness.mjs";

const { email } = api.otps;

// wrong is a code that differs from another one.
const wrong = (code) => code.replace(/^./, (digit) => (digit === "9" ? "0" : String(+digit + 1)));

export default {
  "loginOrSignup sends a code, and authenticate logs in with it, once": async () => {
    const org = await organization();
    const { organization_id } = org;
    const { email_address, member_id } = await member(org);
    like(await email.loginOrSignup({ organization_id, email_address }), { member_created: false, member_id });
    const { code } = await mail(email_address);
    assert.match(code, /^\d{6}$/);
    const response = await email.authenticate({ organization_id, email_address, code });
    like(response, {
      member_id,
      organization_id,
      method_id: id("email"),
      member_authenticated: true,
      session_token: token,
      intermediate_session_token: "",
      mfa_required: null,
      primary_required: null,
    });
    const [factor] = response.member_session.authentication_factors;
    like(factor, {
      type: "email_otp",
      delivery_method: "email",
      email_factor: { email_id: response.method_id, email_address },
    });
    await refused(401, "unable_to_auth_otp_code", email.authenticate({ organization_id, email_address, code }));
  },

  "the newest code of an address is the only one": async () => {
    const org = await organization();
    const { organization_id } = org;
    const { email_address } = await member(org);
    await email.loginOrSignup({ organization_id, email_address });
    const { code: old } = await mail(email_address);
    let code;
    do {
      await email.loginOrSignup({ organization_id, email_address });
      ({ code } = await mail(email_address));
    } while (code === old);
    await refused(404, "otp_code_not_found", email.authenticate({ organization_id, email_address, code: old }));
    await email.authenticate({ organization_id, email_address, code });
  },

  "a code is valid for ten minutes, or for what is asked for": async () => {
    const org = await organization();
    const { organization_id } = org;
    const { email_address } = await member(org);
    await email.loginOrSignup({ organization_id, email_address });
    const { code } = await mail(email_address);
    await after("10m1s", () =>
      refused(401, "unable_to_auth_otp_code", email.authenticate({ organization_id, email_address, code })),
    );
    await refused(
      400,
      "invalid_expiration_otp",
      email.loginOrSignup({ organization_id, email_address, login_expiration_minutes: 16 }),
    );
  },

  "a wrong code is refused, and the right one still works": async () => {
    const org = await organization();
    const { organization_id } = org;
    const { email_address } = await member(org);
    await email.loginOrSignup({ organization_id, email_address });
    const { code } = await mail(email_address);
    const authenticate = (code) => email.authenticate({ organization_id, email_address, code });
    await refused(404, "otp_code_not_found", authenticate(wrong(code)));
    await refused(400, "invalid_code", authenticate("12"));
    await authenticate(code);
  },

  "ten wrong codes lock a member for an hour": async () => {
    const org = await organization();
    const { organization_id } = org;
    const { email_address, member_id } = await member(org);
    await email.loginOrSignup({ organization_id, email_address });
    const { code } = await mail(email_address);
    const authenticate = (code) => email.authenticate({ organization_id, email_address, code });
    for (let i = 0; i < 10; i++) await refused(404, "otp_code_not_found", authenticate(wrong(code)));
    await refused(429, "user_lock_limit_reached", authenticate(code));
    const { member: locked } = await api.organizations.members.get({ organization_id, member_id });
    assert.equal(locked.is_locked, true);
    assert.equal(new Date(locked.lock_expires_at) - new Date(locked.lock_created_at), 3_600_000);
    await after("1h1s", async () => {
      const { member: free } = await api.organizations.members.get({ organization_id, member_id });
      like(free, { is_locked: false, lock_created_at: null, lock_expires_at: null });
    });
  },

  "loginOrSignup refuses strangers, unless their domain may join": async () => {
    const org = await organization({ email_allowed_domains: ["join.example"], email_jit_provisioning: "RESTRICTED" });
    const { organization_id } = org;
    const sent = await email.loginOrSignup({ organization_id, email_address: address("join.example") });
    like(sent, { member_created: true });
    await refused(
      400,
      "invalid_email_for_jit_provisioning",
      email.loginOrSignup({ organization_id, email_address: address() }),
    );
    await refused(
      404,
      "member_not_found",
      email.authenticate({ organization_id, email_address: address(), code: "000000" }),
    );
  },

  "only the newest code of an address works, whatever it was sent for": async () => {
    const [one, other] = [await organization(), await organization()];
    const { email_address } = await member(one);
    await api.organizations.members.create({ organization_id: other.organization_id, email_address });
    const send = async ({ organization_id }) => {
      await email.loginOrSignup({ organization_id, email_address });
      return (await mail(email_address)).code;
    };
    const first = await send(one);
    const enter = ({ organization_id }, code) => email.authenticate({ organization_id, email_address, code });
    const second = await send(other);
    await refused(404, "otp_code_not_found", enter(one, first));
    like(await enter(other, second), { organization_id: other.organization_id });
  },

  "a code for discovery needs no organization": async () => {
    const email_address = address();
    like(await email.discovery.send({ email_address }), { status_code: 200 });
    const { code } = await mail(email_address);
    await refused(404, "otp_code_not_found", email.discovery.authenticate({ email_address, code: wrong(code) }));
    const found = await email.discovery.authenticate({ email_address, code });
    like(found, { email_address, intermediate_session_token: token, discovered_organizations: [] });
    await refused(400, "invalid_email", email.discovery.send({ email_address: "nobody" }));
  },
};
