/** Security rules: rulesets, and the releases that put them in force. */
import { jsonBody, notFound, routesOf } from "../api.ts";
import type { Ruleset } from "../fakeProject.ts";

const AT = "2026-01-01T00:00:00Z";

export const rulesApi = routesOf("firebaserules.googleapis.com", {
  // It does not compile them; the contract tests do, on the emulator.
  "POST /v1/projects/:project:test": () => ({ issues: [] }),

  "GET /v1/projects/:project/releases": ({ releases }) => ({
    releases: Object.values(releases).map((release) => ({ ...release, createTime: AT })),
  }),

  "POST /v1/projects/:project/rulesets": ({ projectId, rulesets }, call) => {
    const name = `projects/${projectId}/rulesets/${String(Object.keys(rulesets).length)}`;
    rulesets[name] = { ...(jsonBody(call) as Ruleset), name };
    return { name, createTime: AT };
  },

  "GET /v1/projects/:project/rulesets/:ruleset": ({ rulesets }, { path }) => {
    const ruleset = rulesets[path.slice("/v1/".length)];
    if (ruleset === undefined) throw notFound(path);
    return { ...ruleset };
  },

  "POST /v1/projects/:project/releases": ({ releases }, call) => {
    const release = jsonBody(call) as { name: string; rulesetName: string };
    releases[release.name] = release;
    return { ...release };
  },

  "PATCH /v1/projects/:project/releases/:release*": ({ releases }, call) => {
    const { release } = jsonBody(call) as { release: { name: string; rulesetName: string } };
    if (releases[release.name] === undefined) throw notFound(release.name);
    releases[release.name] = release;
    return { ...release };
  },
});
