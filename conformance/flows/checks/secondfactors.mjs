import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, api, control, id, like, login, mail, member, organization, refused, token, unique } from "../harness.mjs";

const { otps, recoveryCodes, totps } = api;

// shown is the code that an authenticator app shows at a time (RFC 6238).
function shown(secret, now) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(now / 30_000)));
  const sum = createHmac("sha1", key).update(step).digest();
  const code = (sum.readUInt32BE(sum[19] & 15) & 0x7fffffff) % 1_000_000;
  return String(code).padStart(6, "0");
}

// now is the emulator's time.
const now = async () => new Date((await control("clock")).now);

// somebody is a member of a new organization, who has logged in.
async function somebody() {
  const org = await organization();
  const { member_id, email_address } = await member(org);
  const key = { organization_id: org.organization_id, member_id };
  const { session_token } = await login(org, { email_address });
  return { key, session_token };
}

// number makes a telephone number that nobody has.
let numbers = 0;
const number = () => `+1202555${String(++numbers).padStart(4, "0")}`;

export default {
  "otps.sms verifies the number that it was sent to, and adds the factor to the session": async () => {
    const { key, session_token } = await somebody();
    const mfa_phone_number = number();
    await refused(404, "member_phone_number_not_found", otps.sms.send({ ...key, session_token }));
    const sent = await otps.sms.send({ ...key, mfa_phone_number, session_token });
    like(sent.member, { mfa_phone_number, mfa_phone_number_verified: false });
    const { code } = await mail(mfa_phone_number);
    const done = await otps.sms.authenticate({ ...key, code, session_token, set_mfa_enrollment: "enroll" });
    like(done, { member_id: key.member_id, session_token: token });
    like(done.member, { mfa_phone_number_verified: true, mfa_enrolled: true, default_mfa_method: "sms_otp" });
    like(done.member_session.authentication_factors[1], { type: "otp", delivery_method: "sms" });
    await refused(401, "unable_to_auth_otp_code", otps.sms.authenticate({ ...key, code, session_token }));
  },

  "totps: an app is registered with its first code, and each code works once": async () => {
    const { key, session_token } = await somebody();
    const app = await totps.create({ ...key, session_token });
    like(app, { totp_registration_id: id("member-totp"), qr_code: /^data:image\/png;base64,/ });
    await refused(400, "pending_totp_exists", totps.create({ ...key, session_token }));
    const code = shown(app.secret, await now());
    const done = await totps.authenticate({ ...key, code, session_token });
    like(done.member, { totp_registration_id: app.totp_registration_id, default_mfa_method: "totp" });
    like(done.member_session.authentication_factors[1], { type: "totp", delivery_method: "authenticator_app" });
    await refused(401, "totp_code_already_authenticated", totps.authenticate({ ...key, code, session_token }));
    await after("1m", async (later) => totps.authenticate({ ...key, code: shown(app.secret, later), session_token }));
  },

  "totps.migrate takes the app of another system": async () => {
    const { key, session_token } = await somebody();
    const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    const recovery_codes = [unique("recovery")];
    like(await totps.migrate({ ...key, secret, recovery_codes }), { recovery_codes });
    await refused(400, "active_totp_exists", totps.migrate({ ...key, secret, recovery_codes }));
    await totps.authenticate({ ...key, code: shown(secret, await now()), session_token });
  },

  "recovery codes: each works once, and rotation replaces all": async () => {
    const { key, session_token } = await somebody();
    await refused(404, "recovery_codes_not_found", recoveryCodes.get(key));
    await refused(404, "recovery_codes_not_found", recoveryCodes.rotate(key));
    const app = await totps.create({ ...key, session_token });
    await totps.authenticate({ ...key, code: shown(app.secret, await now()), session_token });
    const { recovery_codes } = await recoveryCodes.get(key);
    assert.deepEqual(recovery_codes, app.recovery_codes);
    const [recovery_code] = recovery_codes;
    like(await recoveryCodes.recover({ ...key, recovery_code, session_token }), { recovery_codes_remaining: 9 });
    const again = recoveryCodes.recover({ ...key, recovery_code, session_token });
    await refused(401, "unable_to_authenticate_recovery_code", again);
    const rotated = await recoveryCodes.rotate(key);
    assert.equal(rotated.recovery_codes.length, 10);
    assert.deepEqual((await recoveryCodes.get(key)).recovery_codes, rotated.recovery_codes);
  },
};
