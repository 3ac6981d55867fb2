import assert from "node:assert/strict";
import { api, connect, id, like, member, organization, projectID, refused } from "../harness.mjs";

const counts = async () =>
  Object.fromEntries((await api.project.metrics()).metrics.map((m) => [m.metric_type, m.count]));

export default {
  "debug.whoami names the project": async () => {
    like(await api.debug.whoami(), { project_id: projectID, name: "Emulator", request_id: id("request-id") });
    await refused(401, "unauthorized_credentials", connect({ secret: "secret-test-wrong" }).debug.whoami());
    await refused(
      400,
      "invalid_project_id_authentication",
      connect({ project_id: "project-test-none" }).debug.whoami(),
    );
  },

  "project.metrics counts what the project has": async () => {
    const before = await counts();
    await member(await organization());
    await api.m2m.clients.create({ scopes: [] });
    const now = await counts();
    for (const kind of ["ORGANIZATION_COUNT", "MEMBER_COUNT", "M2M_CLIENT_COUNT"]) {
      assert.equal(now[kind] - before[kind], 1, kind);
    }
    assert.equal((await api.project.metrics()).project_id, projectID);
    await refused(401, "unauthorized_credentials", connect({ secret: "secret-test-wrong" }).project.metrics());
  },
};
