/** Everything that a database on the emulator holds. */

interface Found {
  readonly document?: {
    readonly name: string;
    readonly updateTime: string;
    readonly fields?: unknown;
  };
}

/**
 * Every document of a project's database, however deep: its path, and when it was written last with what.
 *
 * One query, over all descendants and without a name of a collection, which only the API has, not the library.
 */
export async function everyDocument(host: string, projectId: string): Promise<Map<string, string>> {
  const database = `projects/${projectId}/databases/(default)/documents`;
  const response = await fetch(`http://${host}/v1/${database}:runQuery`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer owner" },
    body: JSON.stringify({ structuredQuery: { from: [{ allDescendants: true }] } }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`The database is not listed: ${text}`);
  const found = JSON.parse(text) as readonly Found[];
  return new Map(
    found.flatMap(({ document }) => {
      if (document === undefined) return [];
      const { name, updateTime, fields } = document;
      return [
        [name.slice(database.length + 1), `${updateTime} ${JSON.stringify(fields)}`] as const,
      ];
    }),
  );
}
