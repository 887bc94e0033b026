import tseslint from "typescript-eslint";

/** Nothing in the domain may know where or when it runs: that is what makes it testable by value. */
const domainWall = {
  files: ["src/domain/**/*.ts"],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          {
            // Everything but files beside it, and of Node.js hash functions and ranges of addresses.
            regex: "^(?!\\./[^/]+\\.ts$|node:crypto$|node:net$)",
            message: "The domain imports only from the domain.",
          },
          {
            group: ["node:crypto"],
            allowImportNames: ["createHash", "createHmac"],
            message: "Of node:crypto only createHash and createHmac are pure.",
          },
          {
            group: ["node:net"],
            allowImportNames: ["BlockList", "isIP"],
            message: "Of node:net only BlockList and isIP are pure.",
          },
        ],
      },
    ],
    "no-restricted-globals": ["error", "process", "fetch", "setTimeout", "performance", "console"],
    "no-restricted-properties": [
      "error",
      { object: "Date", property: "now", message: "Time is an argument." },
      { object: "Math", property: "random", message: "Randomness is an argument." },
    ],
    "no-restricted-syntax": [
      "error",
      {
        selector: "NewExpression[callee.name='Date'][arguments.length=0]",
        message: "Time is an argument.",
      },
      { selector: "ImportExpression", message: "The domain imports only from the domain." },
    ],
  },
};

/** Libraries that know nothing of where they run: use cases may import them. */
const PURE_LIBRARIES = ["p-map", "p-retry", "p-timeout", "async-mutex", "node:crypto"];

const FILE = "[^/]+\\.ts";
const BESIDE = `\\./${FILE}`;
const PACKAGE = "[^.].*";

/** A pattern of everything that is none of these. */
const allBut = (...allowed) => `^(?!(?:${allowed.join("|")})$)`;

/** What is loaded later is loaded by compose.ts: the rule for imports does not see it. */
const noDynamicImport = {
  selector: "ImportExpression",
  message: "Only compose.ts loads modules later.",
};

/** Dependencies point one way: functions → compose → adapters → app → domain. */
const layers = [
  [
    "src/app/*.ts",
    {
      regex: allBut(`\\./(?:[^/.]+/)?${FILE}`, `\\.\\./domain/${FILE}`, ...PURE_LIBRARIES),
      message: "Use cases import only the domain, each other and pure libraries.",
    },
  ],
  [
    "src/app/*/*.ts",
    {
      regex: allBut(
        BESIDE,
        `\\.\\./(?:[^/.]+/)?${FILE}`,
        `\\.\\./\\.\\./domain/${FILE}`,
        ...PURE_LIBRARIES,
      ),
      message: "Use cases import only the domain, each other and pure libraries.",
    },
  ],
  [
    "src/config/**/*.ts",
    {
      regex: allBut(
        BESIDE,
        `\\.\\./domain/${FILE}`,
        "ajv",
        "json-schema-to-ts",
        // Loaded where a configuration needs it, and without waiting: parsing one does not wait.
        "json-p3",
        "node:module",
      ),
      message: "The configuration imports only the domain, and what reads its languages.",
    },
    {
      regex: "^(?:ajv|json-schema-to-ts|json-p3)$",
      allowTypeImports: true,
      message: "Not installed where it runs, or loaded only where it is needed.",
    },
  ],
  [
    "src/adapters/*.ts",
    {
      regex: allBut(PACKAGE, `\\./(?:[^/]+/)?${FILE}`, `\\.\\./(?:app|domain|config)/${FILE}`),
      message: "Adapters know neither functions nor parameters.",
    },
  ],
  [
    "src/adapters/*/*.ts",
    {
      regex: allBut(
        PACKAGE,
        BESIDE,
        `\\.\\./(?:[^/.]+/){0,2}${FILE}`,
        `\\.\\./\\.\\./(?:app(?:/[^/.]+)?|domain|config)/${FILE}`,
      ),
      message: "Adapters know neither functions nor parameters.",
    },
  ],
  [
    "src/adapters/*/*/*.ts",
    {
      regex: allBut(
        PACKAGE,
        BESIDE,
        `\\.\\./(?:[^/.]+/)?${FILE}`,
        `\\.\\./\\.\\./(?:[^/.]+/)?${FILE}`,
        `\\.\\./\\.\\./\\.\\./(?:app(?:/[^/.]+)?|domain|config)/${FILE}`,
      ),
      message: "Adapters know neither functions nor parameters.",
    },
  ],
  [
    "src/openapi/*.ts",
    {
      regex: allBut(
        BESIDE,
        `\\.\\./(?:app|domain|config|adapters/(?:http|simulate))/${FILE}`,
        "node:module",
      ),
      message: "The description imports only what knows the schemas and the bounds.",
    },
  ],
].map(([files, ...patterns]) => ({
  files: [files],
  rules: {
    "@typescript-eslint/no-restricted-imports": ["error", { patterns }],
    "no-restricted-syntax": ["error", noDynamicImport],
  },
}));

/** What runs in a browser knows nothing of what runs in a function. */
const consoleWall = {
  files: ["console/**/*.{ts,tsx}"],
  rules: {
    "@typescript-eslint/no-restricted-imports": [
      "error",
      {
        patterns: [
          {
            regex: allBut("\\./[^/]+\\.tsx?", "preact(?:/hooks)?"),
            message: "The console imports only Preact, and itself.",
          },
        ],
      },
    ],
    "no-restricted-syntax": [
      "error",
      { selector: "ImportExpression", message: "The page is one file." },
      {
        selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
        message: "What is shown comes from strangers: it is text.",
      },
    ],
  },
};

/** What is shared stands beside the source: tests → tools → testkit → src. */
const besideSource = [
  ["tools/**/*.ts", "test", "Tools import the testkit, never tests."],
  ["testkit/**/*.ts", "test|tools", "The testkit imports only the source, and itself."],
].map(([files, folders, message]) => {
  const regex = `^(?:\\.{1,2}/)+(?:${folders})/`;
  // A selector ends a regular expression at the first slash.
  const selector = `ImportExpression[source.value=/${regex.replaceAll("/", "\\u002F")}/]`;
  return {
    files: [files],
    rules: {
      "@typescript-eslint/no-restricted-imports": ["error", { patterns: [{ regex, message }] }],
      "no-restricted-syntax": ["error", { selector, message }],
    },
  };
});

export default tseslint.config(
  { ignores: ["lib/", "node_modules/", "src/**/*.generated.ts"] },
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "no-console": "error",
    },
  },
  domainWall,
  ...layers,
  ...besideSource,
  consoleWall,
  {
    // A parameter has no value while functions are discovered.
    files: ["src/functions/**/*.ts", "src/globalOptions.ts", "src/params.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector: "CallExpression[callee.property.name='value']",
          message: "Parameters are read in compose.ts only.",
        },
      ],
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-floating-promises": "error",
    },
  },
  { files: ["**/*.js"], extends: [tseslint.configs.disableTypeChecked] },
);
