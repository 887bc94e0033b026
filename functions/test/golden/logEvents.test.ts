import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

import { FUNCTIONS_DIR } from "../../tools/paths.ts";

/** Every name that the code logs, by the types of what it calls a `Log` with. */
function loggedNames(): Set<string> {
  const file = path.join(FUNCTIONS_DIR, "tsconfig.build.json");
  const { config } = ts.readConfigFile(file, (name) => ts.sys.readFile(name)) as { config: object };
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, FUNCTIONS_DIR);
  // Without the packages that are imported: parsing them takes seconds.
  const program = ts.createProgram(fileNames, { ...options, noResolve: true, types: [] });
  const checker = program.getTypeChecker();
  const literalsOf = (node: ts.Expression): string[] => {
    const type = checker.getTypeAtLocation(node);
    const types = type.isUnion() ? type.types : [type];
    return types.map((each) => {
      assert.ok(each.isStringLiteral(), `not a fixed name: ${node.getText()}`);
      return each.value;
    });
  };
  const namesOf = (node: ts.Expression): string[] => {
    if (!ts.isTemplateExpression(node)) return literalsOf(node);
    const [span, ...others] = node.templateSpans;
    assert.ok(span !== undefined && others.length === 0, `not a fixed name: ${node.getText()}`);
    return literalsOf(span.expression).map((part) => node.head.text + part + span.literal.text);
  };
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    const [name] = ts.isCallExpression(node) ? node.arguments : [];
    const callee = ts.isCallExpression(node) ? node.expression : undefined;
    if (
      name !== undefined &&
      callee !== undefined &&
      ts.isPropertyAccessExpression(callee) &&
      checker.getTypeAtLocation(callee.expression).getSymbol()?.name === "Log"
    ) {
      for (const each of namesOf(name)) names.add(each);
    }
    ts.forEachChild(node, visit);
  };
  for (const source of program.getSourceFiles()) if (!source.isDeclarationFile) visit(source);
  return names;
}

/** The first column of the table under "Operations". */
function documentedNames(): string[] {
  const readme = readFileSync(path.join(FUNCTIONS_DIR, "../README.md"), "utf8");
  const section = readme.split(/^## /m).find((text) => text.startsWith("Operations")) ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| `"));
  return rows.flatMap((row) => {
    const [, names = ""] = row.split("|");
    return Array.from(names.matchAll(/`([^`]+)`/g), ([, name = ""]) => name);
  });
}

describe("the README's table of log messages", function () {
  this.timeout(60_000);

  it("has every name that is logged, once, and no other", () => {
    assert.deepEqual(documentedNames().toSorted(), [...loggedNames()].toSorted());
  });
});
