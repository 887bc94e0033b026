/**
 * Who may call the HTTP functions, as a project declares it: `functions/invokers.json`, or
 * `functions/invokers.<project-id>.json` for that project alone. It maps the name of a function to a list
 * of service accounts, or to `["public"]`.
 */
/** The functions that are called over HTTP by anybody but the platform. */
export const HTTP_FUNCTIONS = [
  "event",
  "trigger",
  "reset",
  "config",
  "receipts",
  "rates",
  "pull",
  "deliveries",
  "status",
  "syncs",
  "events",
  "console",
] as const;
export type HttpFunction = (typeof HTTP_FUNCTIONS)[number];

/** Per function: e-mail addresses of service accounts, or the one word `public` or `private`. */
export type Invokers = Readonly<Record<HttpFunction, readonly string[]>>;

/** firebase-tools completes a name that ends in `@` with the project, and takes any other as it is. */
const SERVICE_ACCOUNT = /^[a-z0-9][a-z0-9-]*@(?:[a-z0-9.-]+\.gserviceaccount\.com)?$/;

/** @throws Error that names the file and every problem in it */
export function parseInvokers(text: string, file: string): Invokers {
  let declared: unknown;
  try {
    declared = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is not valid JSON: ${(error as Error).message}`);
  }
  if (typeof declared !== "object" || declared === null || Array.isArray(declared)) {
    throw new Error(
      `${file}: expected an object such as {"event": ["my-source@"]}, got ${show(declared)}`,
    );
  }
  const problems = Object.entries(declared).flatMap(([name, members]) => [
    ...(isHttpFunction(name)
      ? []
      : [`${show(name)} is no HTTP function: expected one of ${HTTP_FUNCTIONS.join(", ")}`]),
    ...problemsOf(members).map((problem) => `${name}: ${problem}`),
  ]);
  if (problems.length > 0) {
    const lines = problems.map((problem) => `\n  - ${problem}`).join("");
    throw new Error(`${file} has ${String(problems.length)} problem(s):${lines}`);
  }
  return completeInvokers(declared);
}

/** Every function: private where nothing is declared. */
export function completeInvokers(
  declared: Partial<Record<HttpFunction, readonly string[]>>,
): Invokers {
  const membersOf = (name: HttpFunction): readonly string[] => {
    const members = declared[name] ?? [];
    return members.length === 0 ? ["private"] : members;
  };
  return {
    event: membersOf("event"),
    trigger: membersOf("trigger"),
    reset: membersOf("reset"),
    config: membersOf("config"),
    receipts: membersOf("receipts"),
    rates: membersOf("rates"),
    pull: membersOf("pull"),
    deliveries: membersOf("deliveries"),
    status: membersOf("status"),
    syncs: membersOf("syncs"),
    events: membersOf("events"),
    console: membersOf("console"),
  };
}

function problemsOf(members: unknown): string[] {
  if (!Array.isArray(members)) return [`expected a list, got ${show(members)}`];
  if (members.length > 1 && members.includes("public")) {
    return [`"public" lets anyone call it: expected it alone, got ${show(members)}`];
  }
  return members
    .filter((member) => member !== "public" && !isServiceAccount(member))
    .map(
      (member) =>
        `expected the e-mail address of a service account, such as my-source@my-project.iam.gserviceaccount.com or my-source@, got ${show(member)}`,
    );
}

function isServiceAccount(member: unknown): boolean {
  return typeof member === "string" && SERVICE_ACCOUNT.test(member);
}

function isHttpFunction(name: string): name is HttpFunction {
  return (HTTP_FUNCTIONS as readonly string[]).includes(name);
}

function show(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
