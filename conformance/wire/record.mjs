// Makes calls with Stytch's own SDK for Node. It reads addresses and calls as JSON. It prints a line of JSON with the
// methods of each client, true for those that take a caller's session, and a line per call with what it returned.
import { readFileSync } from "node:fs";
import stytch from "stytch";

const kinds = { b2b: stytch.B2BClient, b2c: stytch.Client };
const { auth, fraud, basic, calls } = JSON.parse(readFileSync(0, "utf8"));

console.warn = () => {}; // the SDK warns about addresses that are not Stytch's

const connect = (client, project) => new kinds[client]({ project_id: project, secret: basic, env: auth, fraud_env: fraud });

// A service is a property with the same fetchConfig as its parent. Its methods are those of its prototype.
function* methods(service, path = []) {
  for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(service))) {
    if (name !== "constructor") yield [[...path, name].join("."), service[name].length > 1];
  }
  for (const [name, inner] of Object.entries(service)) {
    if (inner?.fetchConfig === service.fetchConfig) yield* methods(inner, [...path, name]);
  }
}

const print = (line) => console.log(JSON.stringify(line));

const all = (client) => Object.fromEntries(methods(connect(client, "project-test-0")));

print({ b2b: all("b2b"), b2c: all("b2c") });

for (const { project, client, method, arguments: args, authorization } of calls) {
  const result = { project };
  try {
    const service = method.slice(0, -1).reduce((at, word) => at[word], connect(client, project));
    result.answer = await service[method.at(-1)](args, authorization && { authorization });
  } catch (error) {
    result.error = String(error);
  }
  print(result);
}
