import assert from "node:assert/strict";
import { api, base, connect, control, organization, projectID, refused, secret, unique } from "../harness.mjs";
import stytch from "stytch";

const { organizations } = api;

export default {
  "an error carries status, type, text, address and request id": async () => {
    const error = await refused(404, "organization_not_found", organizations.get({ organization_id: "none" }));
    assert.equal(error.error_url, "https://stytch.com/docs/b2b/api/errors/404#organization_not_found");
    assert.equal(error.error_details, undefined);
    const body = JSON.parse(error.message);
    assert.deepEqual(Object.keys(body), ["status_code", "request_id", "error_type", "error_message", "error_url"]);
  },

  "the address of an error outside of B2B is another one": async () => {
    const error = await refused(
      404,
      "m2m_client_not_found",
      api.m2m.clients.get({ client_id: "m2m-client-test-none" }),
    );
    assert.equal(error.error_url, "https://stytch.com/docs/api/errors/404#m2m_client_not_found");
  },

  "credentials come first": async () => {
    await refused(
      401,
      "unauthorized_credentials",
      connect({ secret: "secret-test-wrong" }).organizations.get({ organization_id: "none" }),
    );
    await refused(
      400,
      "invalid_project_id_authentication",
      connect({ project_id: "project-test-none" }).organizations.get({ organization_id: "none" }),
    );
  },

  "an unknown field, another type and characters that nobody sees are refused": async () => {
    const { organization_id } = await organization();
    await refused(
      400,
      "bad_request",
      organizations.create({ organization_name: "x", organization_slug: unique("x"), color: "red" }),
    );
    await refused(400, "bad_request", organizations.update({ organization_id, organization_name: 7 }));
    await refused(
      400,
      "forbidden_character_zero_width_space",
      api.magicLinks.email.discovery.send({ email_address: "a\u200bda@example.com" }),
    );
  },

  "ids in paths are escaped": async () => {
    await refused(400, "invalid_organization_id", organizations.get({ organization_id: "a/b c?d#e%" }));
  },

  "an operation that is not implemented says so": async () => {
    const consumer = new stytch.Client({ project_id: projectID, secret, env: base });
    await refused(501, "emulator_not_implemented", consumer.totps.create({ user_id: "user-test-1" }));
  },

  "a fault takes the place of a response": async () => {
    const fault = { operation: "debug.whoami", status: 429, error_type: "too_many_requests", retry_after: 2 };
    await control("faults", fault);
    await refused(429, "too_many_requests", api.debug.whoami());
    await api.debug.whoami();
    await control("faults", { operation: "debug.whoami", disconnect: true });
    await assert.rejects(api.debug.whoami(), stytch.RequestError);
    await control("faults", { operation: "debug.whoami", status: 502, body: "<html>", content_type: "text/html" });
    await assert.rejects(api.debug.whoami(), stytch.RequestError);
  },

  "rate limits apply once they are switched on": async () => {
    const send = () => api.magicLinks.email.discovery.send({ email_address: "often@example.com" });
    await control("settings", { rate_limits: true });
    await send();
    await refused(429, "too_many_requests", send());
    await control("settings", {});
    await send();
  },

  "the client takes the emulator's address with or without a slash": async () => {
    for (const env of [base, `${base}/`]) {
      await new stytch.B2BClient({ project_id: projectID, secret, env }).debug.whoami();
    }
  },
};
