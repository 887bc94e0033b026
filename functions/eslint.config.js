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
            // Everything but files beside it, and the hash functions of Node.js.
            regex: "^(?!\\./[^/]+\\.ts$|node:crypto$)",
            message: "The domain imports only from the domain.",
          },
          {
            group: ["node:crypto"],
            allowImportNames: ["createHash"],
            message: "Of node:crypto only createHash is pure.",
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
    ],
  },
};

/** Dependencies point one way: functions → compose → adapters → app → domain. */
const layers = [
  ["app", "^\\.\\./(?!domain/)", "Use cases import only the domain and each other."],
  ["config", "^\\.\\./(?!domain/)", "The configuration imports only the domain."],
  ["adapters", "^(\\.\\./)+(functions/|compose\\.ts|params\\.ts)", "Adapters know no functions."],
].map(([folder, regex, message]) => ({
  files: [`src/${folder}/**/*.ts`],
  rules: { "no-restricted-imports": ["error", { patterns: [{ regex, message }] }] },
}));

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
