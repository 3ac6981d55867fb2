import assert from "node:assert/strict";
import { api, control, like, refused, signUp, token } from "../harness.mjs";

// begun begins an impersonation of a member as the dashboard does.
const begun = (member_id) =>
  control("impersonate", { member_id, impersonator_email_address: "support@example.org", impersonator_id: "support-1" });

export default {
  "an impersonation token gives a session in the name of the member, once": async () => {
    const { member_id, member, organization } = await signUp();
    const impersonation_token = (await begun(member_id)).token;
    const response = await api.impersonation.authenticate({ impersonation_token });
    like(response, {
      member_id,
      organization_id: organization.organization_id,
      member_authenticated: true,
      session_token: token,
      intermediate_session_token: "",
      mfa_required: null,
    });
    assert.equal(response.member.email_address, member.email_address);
    const [factor] = response.member_session.authentication_factors;
    like(factor, { type: "impersonated", delivery_method: "impersonation" });
    assert.deepEqual(factor.impersonated_factor, {
      impersonator_id: "support-1",
      impersonator_email_address: "support@example.org",
    });
    await refused(
      401,
      "unable_to_auth_impersonation_token",
      api.impersonation.authenticate({ impersonation_token }),
    );
  },

  "the session of an impersonation is not extended": async () => {
    const { member_id } = await signUp();
    const impersonation_token = (await begun(member_id)).token;
    const { session_token } = await api.impersonation.authenticate({ impersonation_token });
    await api.sessions.authenticate({ session_token });
    await refused(
      400,
      "session_not_mutable",
      api.sessions.authenticate({ session_token, session_duration_minutes: 600 }),
    );
  },
};
